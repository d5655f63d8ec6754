// A subtask with a last state, and no other, has an end; its times are in order.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (s:Subtask)
WHERE (s.status IN ['SUCCEEDED', 'FAILED', 'CANCELLED', 'SKIPPED']) <> (s.finishedAt IS NOT NULL)
  // A time is that of the wish: one that waited for its turn may be written after a later one.
  OR s.startedAt + duration({seconds: 30}) < s.createdAt OR s.finishedAt + duration({seconds: 30}) < s.createdAt
  OR s.finishedAt + duration({seconds: 30}) < s.startedAt
RETURN count(*) AS count, collect(s.id)[..5] AS ids
