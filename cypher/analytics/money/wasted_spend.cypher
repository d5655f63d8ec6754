// What was spent on calls whose answer was not used, by provider and reason, the dearest first.
// $ownerId STRING: whose calls
// $days INTEGER 0..100000 = 30: calls of the last so many days; 0 is of all
// $limit INTEGER 1..10000 = 1000: rows at most
// provider STRING: the provider that was called
// reason STRING: the code of the error; else `ANSWER_NOT_USED`, where the call succeeded and its subtask did not
// calls INTEGER: how many calls
// tokens INTEGER (tokens): read and written
// costUsd FLOAT (USD): of the calls with a known cost; empty where there are only others
// lostMs INTEGER (ms): from the calls to their ends, all together
// example STRING: what the newest of them said, its beginning
// In Neo4j Browser first: :params {ownerId: 'local', days: 30, limit: 1000}
CYPHER 25
MATCH (a:Attempt)
WHERE a.ownerId = $ownerId
  AND a.startedAt >= CASE WHEN $days > 0 THEN datetime() - duration({days: $days}) ELSE datetime({epochMillis: 0}) END
MATCH (a)-[:USED]->(m:Model)
OPTIONAL MATCH (a)<-[:ATTEMPTED]-(s:Subtask)
WITH a, m, coalesce(a.wasted, a.status <> 'RUNNING' AND (a.status <> 'SUCCEEDED' OR s.status IN ['FAILED', 'CANCELLED', 'SKIPPED']), false) AS wasted,
  coalesce(a.inputTokens, a.outputTokens, a.timeToFirstTokenMs) IS NOT NULL AND (a.costUsd IS NULL OR a.outputTokens IS NULL) AS unpriced
WHERE wasted
WITH m.provider AS provider, CASE WHEN a.status = 'SUCCEEDED' THEN 'ANSWER_NOT_USED' ELSE coalesce(a.errorCode, a.status) END AS reason,
  a, unpriced ORDER BY a.startedAt DESC
WITH provider, reason, count(*) AS calls, sum(coalesce(a.inputTokens, 0) + coalesce(a.outputTokens, 0)) AS tokens,
  CASE WHEN count(a.costUsd) > 0 OR count(CASE WHEN unpriced THEN 1 END) = 0 THEN round(sum(a.costUsd), 10) END AS costUsd,
  sum(a.latencyMs) AS lostMs, left(head(collect(a.error)), 200) AS example
RETURN provider, reason, calls, tokens, costUsd, lostMs, example
ORDER BY coalesce(costUsd, 0.0) DESC, tokens DESC, calls DESC, provider, reason
LIMIT $limit
