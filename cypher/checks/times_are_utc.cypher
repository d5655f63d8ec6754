// Times are DATETIME in UTC.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (n:Conversation|Message|Branch|Task|Subtask|Attempt|Model|Source|Template|Tool|Run|Strategy|Annotation)
WHERE any(time IN [n.createdAt, n.updatedAt, n.startedAt, n.finishedAt, n.retriedAt] WHERE time IS NOT NULL
  AND (NOT time IS :: ZONED DATETIME OR time.offsetSeconds <> 0))
RETURN count(*) AS count, collect(n.id)[..5] AS ids
