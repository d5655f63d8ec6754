// A passage is a piece of one text of its owner, in its conversation, and says of which model its vector is.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (p:Passage)
WITH p, COLLECT { MATCH (p)-[:OF]->(n) RETURN n } AS texts
WITH p, texts, texts[0] AS n
WHERE size(texts) <> 1 OR p.ownerId <> n.ownerId OR p.conversationId <> coalesce(n.conversationId, '')
  OR p.start < 0 OR p.end <= p.start OR p.end > coalesce(n.length, size(n.content)) OR p.embeddedAs IS NULL
RETURN count(*) AS count, collect(p.id)[..5] AS ids
