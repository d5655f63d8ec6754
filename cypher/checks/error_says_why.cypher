// What succeeded has no error, what failed, was skipped or is PARTIAL has one; a task's code never stands without words.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (t:Task)
  WHERE (t.status = 'SUCCEEDED' AND (t.error IS NOT NULL OR t.errorCode IS NOT NULL))
    OR (t.status IN ['FAILED', 'PARTIAL'] AND t.error IS NULL) OR (t.errorCode IS NOT NULL AND t.error IS NULL)
  RETURN t.id AS id
  UNION ALL
  MATCH (s:Subtask)
  WHERE (s.status IN ['FAILED', 'SKIPPED'] AND s.error IS NULL) OR (s.status = 'SUCCEEDED' AND (s.error IS NOT NULL OR s.errorCode IS NOT NULL))
  RETURN s.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
