// A subtask was attempted when all that it depends on had ended, and skipped only where some of that did not succeed.
// Of finished tasks.
CYPHER 25
CALL () {
  MATCH (t:Task) WHERE t.unfinished IS NULL
  MATCH (t)-[:HAS_SUBTASK]->(s {status: 'SKIPPED'}) WHERE NOT EXISTS { (s)-[:DEPENDS_ON]->(d) WHERE d.status <> 'SUCCEEDED' }
  RETURN s.id AS id
  UNION ALL
  MATCH (t:Task) WHERE t.unfinished IS NULL
  MATCH (t)-[:HAS_SUBTASK]->(s)-[:DEPENDS_ON]->(d)
  WHERE d.finishedAt > s.startedAt AND coalesce(t.retries, 0) = 0
  RETURN s.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
