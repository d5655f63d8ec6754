// A model's id is `provider/name`, it was used or passed over, and what was used says how large its window is.
// Of windows since V011: older versions did not write them down.
CYPHER 25
MATCH (since:Migration {version: 11})
MATCH (m:Model)
WHERE m.id <> m.provider + '/' + m.name OR NOT EXISTS { (m)<-[:USED|PASSED_OVER]-() }
  OR (coalesce(m.contextWindow, 0) <= 0 AND EXISTS { (m)<-[:USED]-(a) WHERE a.createdAt > since.appliedAt })
RETURN count(*) AS count, collect(m.id)[..5] AS ids
