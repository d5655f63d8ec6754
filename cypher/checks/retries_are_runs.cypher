// A retried task says when, and has its former runs, numbered from 1 on, each with its end; only its subtasks count what was attempted before.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (t:Task)
  WITH t, coalesce(t.retries, 0) AS retries, COLLECT { MATCH (t)-[:HAD_RUN]->(run) RETURN run.number ORDER BY run.number } AS numbers
  WHERE (retries > 0) <> (t.retriedAt IS NOT NULL) OR numbers <> CASE WHEN retries = 0 THEN [] ELSE range(1, retries) END
    OR EXISTS { (t)-[:HAD_RUN]->(run) WHERE NOT coalesce(run.status, '') IN ['PARTIAL', 'FAILED', 'CANCELLED'] OR run.finishedAt IS NULL }
  RETURN t.id AS id
  UNION ALL
  MATCH (s:Subtask) WHERE s.retriedAfter IS NOT NULL
    AND (NOT 0 <= s.retriedAfter <= COUNT { (s)-[:ATTEMPTED]->() } OR NOT EXISTS { (s)<-[:HAS_SUBTASK]-(t) WHERE t.retries > 0 })
  RETURN s.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
