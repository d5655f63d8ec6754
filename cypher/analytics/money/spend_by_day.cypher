// What calls took and cost by day, the newest first.
// $ownerId STRING: whose calls
// $days INTEGER 0..100000 = 30: calls of the last so many days; 0 is of all
// $timezone TIMEZONE = UTC: where a day begins at midnight
// $limit INTEGER 1..10000 = 1000: rows at most
// day DATE: the day on which the calls began
// calls INTEGER: how many calls began
// tasks INTEGER: how many tasks they were made for
// inputTokens INTEGER (tokens): read
// cachedTokens INTEGER (tokens): of these, read from the provider's cache
// outputTokens INTEGER (tokens): written
// costUsd FLOAT (USD): of the calls with a known cost; empty where there are only others
// unpricedCalls INTEGER: calls that used tokens and whose cost is not known, or not in whole
// wastedCalls INTEGER: calls whose answer was not used
// wastedUsd FLOAT (USD): of costUsd, what these took
// In Neo4j Browser first: :params {ownerId: 'local', days: 30, timezone: 'UTC', limit: 1000}
CYPHER 25
MATCH (a:Attempt)
WHERE a.ownerId = $ownerId
  AND a.startedAt >= CASE WHEN $days > 0 THEN datetime() - duration({days: $days}) ELSE datetime({epochMillis: 0}) END
MATCH (a)-[:USED]->(m:Model)
// Of what was deleted, the attempt itself says of what task it was.
OPTIONAL MATCH (a)<-[:ATTEMPTED]-(s:Subtask)<-[:HAS_SUBTASK]-(t:Task|Erased)
WITH a, coalesce(t.id, a.taskId) AS task, date(datetime({datetime: a.startedAt, timezone: $timezone})) AS day,
  coalesce(a.wasted, a.status <> 'RUNNING' AND (a.status <> 'SUCCEEDED' OR s.status IN ['FAILED', 'CANCELLED', 'SKIPPED']), false) AS wasted,
  coalesce(a.inputTokens, a.outputTokens, a.timeToFirstTokenMs) IS NOT NULL AND (a.costUsd IS NULL OR a.outputTokens IS NULL) AS unpriced
WITH day, count(*) AS calls, count(DISTINCT task) AS tasks, sum(a.inputTokens) AS inputTokens,
  sum(a.cachedTokens) AS cachedTokens, sum(a.outputTokens) AS outputTokens,
  CASE WHEN count(a.costUsd) > 0 OR count(CASE WHEN unpriced THEN 1 END) = 0 THEN round(sum(a.costUsd), 10) END AS costUsd,
  count(CASE WHEN unpriced THEN 1 END) AS unpricedCalls, count(CASE WHEN wasted THEN 1 END) AS wastedCalls,
  round(sum(CASE WHEN wasted THEN a.costUsd END), 10) AS wastedUsd
RETURN day, calls, tasks, inputTokens, cachedTokens, outputTokens, costUsd, unpricedCalls, wastedCalls, wastedUsd
ORDER BY day DESC
LIMIT $limit
