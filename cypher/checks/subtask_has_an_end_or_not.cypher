// A subtask with a last state, and no other, has an end; its times are in order.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (s:Subtask)
WHERE (s.status IN ['SUCCEEDED', 'FAILED', 'CANCELLED', 'SKIPPED']) <> (s.finishedAt IS NOT NULL)
  OR s.startedAt < s.createdAt OR s.finishedAt < s.createdAt OR s.finishedAt < s.startedAt
RETURN count(*) AS count, collect(s.id)[..5] AS ids
