// An attempt yielded one response at most, to its subtask's prompt; one that succeeded did; a response was yielded once.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (a:Attempt)
  WHERE COUNT { (a)-[:YIELDED]->() } > 1 OR (a.status = 'SUCCEEDED' AND NOT EXISTS { (a)-[:YIELDED]->() } AND NOT EXISTS { (a)<-[:PAID]-() })
  RETURN a.id AS id
  UNION ALL
  MATCH (r:Response)<-[:YIELDED]-(a)
  WHERE COUNT { (r)<-[:YIELDED]-() } > 1 OR NOT EXISTS { (r)-[:RESPONDS_TO]->()<-[:ASKED]-()-[:ATTEMPTED]->(a) }
  RETURN r.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
