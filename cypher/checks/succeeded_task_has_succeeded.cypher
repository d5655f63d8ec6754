// Each subtask of a task that succeeded did so, or was replaced by others, or was never asked.
// Of tasks that succeeded.
CYPHER 25
MATCH (t:Task {status: 'SUCCEEDED'})-[:HAS_SUBTASK]->(s)
WHERE s.status <> 'SUCCEEDED' AND NOT EXISTS { (s)<-[:REPLACES]-() } AND EXISTS { (s)-[:ATTEMPTED]->() }
RETURN count(*) AS count, collect(s.id)[..5] AS ids
