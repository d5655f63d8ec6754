// What is made of other answers is the answer of a task or of a run, or of a subtask that combines.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (r:Response)
WHERE EXISTS { (r)-[:SYNTHESIZES]->() } AND NOT EXISTS { (r)<-[:RESULTED_IN]-() }
  AND NOT EXISTS { (r)<-[:YIELDED]-()<-[:ATTEMPTED]-({kind: 'reduce'}) } AND NOT EXISTS { (r)<-[:REUSED]-({kind: 'reduce'}) }
RETURN count(*) AS count, collect(r.id)[..5] AS ids
