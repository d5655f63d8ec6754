// Messages that are tied are in the same conversation.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (m:Message)-[:CONTINUES|RESPONDS_TO|DECOMPOSES|USES|SYNTHESIZES|RESULT_OF|REVISES|ABOUT]->(other:Message)
WHERE m.conversationId <> other.conversationId
RETURN count(*) AS count, collect(m.id)[..5] AS ids
