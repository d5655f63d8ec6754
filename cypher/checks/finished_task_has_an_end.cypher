// A task with a last state has an end and no lease; one without has a lease and no end.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (t:Task)
WITH t, t.status IN ['SUCCEEDED', 'PARTIAL', 'FAILED', 'CANCELLED'] AS ended
WHERE ended = coalesce(t.unfinished, false) OR ended = (t.finishedAt IS NULL)
  OR ended <> (t.leaseOwner IS NULL) OR ended <> (t.leaseUntil IS NULL)
RETURN count(*) AS count, collect(t.id)[..5] AS ids
