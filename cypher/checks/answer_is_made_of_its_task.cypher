// A task's answer is the accepted one of its direct subtask (or the one that summarizes), or is made of answers of its own subtasks.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (t:Task)-[:RESULTED_IN]->(r)
WHERE (NOT EXISTS { (r)-[:SYNTHESIZES]->() }
    AND NOT EXISTS { (t)-[:HAS_SUBTASK]->(s WHERE s.kind IN ['direct', 'summary'])-[:ATTEMPTED]->({status: 'SUCCEEDED'})-[:YIELDED]->(r) }
    AND NOT EXISTS { (t)-[:HAS_SUBTASK]->(s WHERE s.kind = 'direct')-[:REUSED]->(r) })
  OR EXISTS { (r)-[:SYNTHESIZES]->(x) WHERE NOT EXISTS { (x)<-[:YIELDED]-()<-[:ATTEMPTED]-()<-[:HAS_SUBTASK]-(t) }
    AND NOT EXISTS { (x)<-[:REUSED]-()<-[:HAS_SUBTASK]-(t) } }
RETURN count(*) AS count, collect(t.id)[..5] AS ids
