// A task began after it was made and before its first attempt, and ended after it began and after the last accepted answer.
// Of finished tasks.
CYPHER 25
MATCH (t:Task) WHERE t.unfinished IS NULL
WITH t, t.status IN ['SUCCEEDED', 'PARTIAL', 'FAILED'] AS worked
WHERE t.createdAt IS NULL OR t.startedAt < t.createdAt OR t.finishedAt < coalesce(t.startedAt, t.createdAt) OR (worked AND t.startedAt IS NULL AND t.heldContent IS NULL)
  OR EXISTS { (t)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(a) WHERE t.startedAt IS NULL OR a.startedAt < t.startedAt
    OR (worked AND a.status = 'SUCCEEDED' AND a.finishedAt > t.finishedAt) }
RETURN count(*) AS count, collect(t.id)[..5] AS ids
