// An attempt saw its prompt, or a message above it in the same conversation.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (s:Subtask)-[:ATTEMPTED]->(a), (s)-[:ASKED]->(p)
WHERE NOT EXISTS { (a)-[:SAW]->(m) WHERE m.depth <= p.depth AND m.conversationId = p.conversationId }
RETURN count(*) AS count, collect(a.id)[..5] AS ids
