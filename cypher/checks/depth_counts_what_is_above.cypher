// A message is one deeper than the deepest that it stands below, or more where one between them is deleted; what stands below nothing has depth 0.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (m:Message)
WITH m, reduce(deepest = -1, depth IN COLLECT { MATCH (m)-[:CONTINUES|RESPONDS_TO|DECOMPOSES|ABOUT]->(above:Message) RETURN above.depth } |
  CASE WHEN depth > deepest THEN depth ELSE deepest END) + 1 AS depth
WHERE m.depth IS NULL OR m.depth < depth
  OR (m.depth > depth AND NOT EXISTS { MATCH (:Erasure {conversationId: m.conversationId, joins: true}) })
RETURN count(*) AS count, collect(m.id)[..5] AS ids
