// What succeeded only on another model than the one that was to be asked first, and why, the newest first.
// $ownerId STRING: whose subtasks
// $days INTEGER 0..100000 = 30: calls of the last so many days; 0 is of all
// $limit INTEGER 1..10000 = 1000: rows at most
// answeredAt DATETIME: when the answer was there
// taskId STRING: the task
// subtaskId STRING: its subtask
// wanted STRING: the model that was to be asked
// model STRING: the model that answered
// why LIST<STRING>: what the calls before it failed with, and why models were passed over, each with its model
// calls INTEGER: calls of the subtask up to the answer
// lostMs INTEGER (ms): what the calls before it took
// lostUsd FLOAT (USD): what they cost, as far as that is known
// In Neo4j Browser first: :params {ownerId: 'local', days: 30, limit: 1000}
CYPHER 25
MATCH (a:Attempt)
WHERE a.ownerId = $ownerId AND a.status = 'SUCCEEDED'
  AND a.startedAt >= CASE WHEN $days > 0 THEN datetime() - duration({days: $days}) ELSE datetime({epochMillis: 0}) END
MATCH (a)<-[:ATTEMPTED]-(s:Subtask {status: 'SUCCEEDED'})<-[:HAS_SUBTASK]-(t:Task), (a)-[:USED]->(m:Model)
WITH a, s, t, m, coalesce(s.model, t.model) AS wanted WHERE wanted <> m.id
WITH a, s, t, m, wanted ORDER BY a.startedAt DESC, a.id DESC LIMIT $limit
CALL (a, s) {
  OPTIONAL MATCH (s)-[:ATTEMPTED]->(b:Attempt)-[:USED]->(x:Model) WHERE b.number < a.number
  WITH b, x ORDER BY b.number
  RETURN count(b) AS before, sum(b.latencyMs) AS lostMs, round(sum(b.costUsd), 10) AS lostUsd,
    collect(x.id + ': ' + coalesce(b.errorCode, b.status)) AS failed
}
RETURN a.finishedAt AS answeredAt, t.id AS taskId, s.id AS subtaskId, wanted, m.id AS model,
  failed + COLLECT { MATCH (a)-[over:PASSED_OVER]->(x:Model) RETURN DISTINCT x.id + ': ' + over.reason AS why ORDER BY why } AS why,
  before + 1 AS calls, lostMs, lostUsd
ORDER BY answeredAt DESC, subtaskId
