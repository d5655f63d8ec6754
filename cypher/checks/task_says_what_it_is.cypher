// A task and a subtask have a status and a kind that there are; a task, and what was made with a key, has the hash of its request.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (n:Task|Conversation|Strategy)
  WHERE (n.requestHash IS NULL AND (n:Task OR n.idempotencyKey IS NOT NULL))
    OR (n:Task AND (NOT coalesce(n.status, '') IN ['PENDING', 'PLANNING', 'RUNNING', 'SUCCEEDED', 'PARTIAL', 'FAILED', 'CANCELLED']
      OR n.type IS NULL OR n.strategy IS NULL))
  RETURN n.id AS id
  UNION ALL
  MATCH (s:Subtask)
  WHERE NOT coalesce(s.status, '') IN ['PENDING', 'READY', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'SKIPPED']
    OR NOT coalesce(s.kind, '') IN ['direct', 'part', 'reduce', 'plan', 'step', 'summary', 'conflicts'] OR s.key IS NULL OR s.title IS NULL
  RETURN s.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
