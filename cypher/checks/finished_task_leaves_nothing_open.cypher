// A finished task has no subtask without a last state, and no attempt under way.
// Of finished tasks.
CYPHER 25
MATCH (t:Task) WHERE t.unfinished IS NULL
MATCH (t)-[:HAS_SUBTASK]->(s)
WHERE NOT s.status IN ['SUCCEEDED', 'FAILED', 'CANCELLED', 'SKIPPED'] OR EXISTS { (s)-[:ATTEMPTED]->({status: 'RUNNING'}) }
RETURN count(*) AS count, collect(s.id)[..5] AS ids
