// An attempt after an invalid answer that said something, of the same model and run, says what it asked for, and repairs a refused answer of its own subtask.
// Of attempts since V011: older versions did not write it down.
CYPHER 25
CALL () {
  MATCH (since:Migration {version: 11})
  MATCH (a:Attempt {errorCode: 'INVALID_ANSWER'})<-[:ATTEMPTED]-(s)-[:ATTEMPTED]->(next)
  WHERE next.number = a.number + 1 AND next.createdAt > since.appliedAt AND next.repair IS NULL AND coalesce(s.retriedAfter, 0) <> a.number
    AND EXISTS { (a)-[:YIELDED]->(r) WHERE trim(r.content) <> '' OR r.reasoning IS NOT NULL }
    AND EXISTS { (a)-[:USED]->()<-[:USED]-(next) } AND NOT EXISTS { (s)<-[:LEFT]-() }
  RETURN next.id AS id
  UNION ALL
  MATCH (a:Attempt) WHERE a.repair IS NOT NULL AND NOT EXISTS { (a)-[:REPAIRS]->() }
    AND NOT EXISTS { (a)<-[:ATTEMPTED]-()-[:ATTEMPTED]->(b {errorCode: 'INVALID_ANSWER'}) WHERE b.number < a.number }
  RETURN a.id AS id
  UNION ALL
  MATCH (a:Attempt)-[:REPAIRS]->(r)
  WHERE r.status <> 'FAILED' OR NOT EXISTS { (r)<-[:YIELDED]-()<-[:ATTEMPTED]-()-[:ATTEMPTED]->(a) }
  RETURN a.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
