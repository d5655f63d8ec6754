// An attempt that is not under way has an end, after it began, and says in words and with a code why it did not succeed.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (a:Attempt)
WHERE NOT coalesce(a.status, '') IN ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'RATE_LIMITED', 'CANCELLED', 'INTERRUPTED']
  OR a.startedAt IS NULL OR a.finishedAt < a.startedAt OR (a.status = 'RUNNING') = (a.finishedAt IS NOT NULL)
  OR (a.status <> 'RUNNING' AND ((a.status = 'SUCCEEDED') <> (a.errorCode IS NULL)
    // Of a deleted conversation the words are gone.
    OR ((a.status = 'SUCCEEDED') <> (a.error IS NULL) AND NOT (a.error IS NULL AND EXISTS { (:Erased)-[:PAID]->(a) }))))
RETURN count(*) AS count, collect(a.id)[..5] AS ids
