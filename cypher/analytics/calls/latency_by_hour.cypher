// How long providers took, hour by hour: percentiles of the calls that succeeded, and how many failed; the newest hour first.
// $ownerId STRING: whose calls
// $days INTEGER 0..100000 = 7: calls of the last so many days; 0 is of all
// $timezone TIMEZONE = UTC: whose hours
// $limit INTEGER 1..10000 = 1000: rows at most
// hour DATETIME: when the hour began
// provider STRING: the provider
// calls INTEGER: calls that ended
// failed INTEGER: of these, calls that did not succeed
// firstTokenMedianMs INTEGER (ms): half of the calls had their first token by then
// firstTokenP95Ms INTEGER (ms): 95 of 100 had
// latencyMedianMs INTEGER (ms): half of the calls had ended by then
// latencyP95Ms INTEGER (ms): 95 of 100 had
// latencyP99Ms INTEGER (ms): 99 of 100 had
// In Neo4j Browser first: :params {ownerId: 'local', days: 7, timezone: 'UTC', limit: 1000}
CYPHER 25
MATCH (a:Attempt)
WHERE a.ownerId = $ownerId AND a.status <> 'RUNNING'
  AND a.startedAt >= CASE WHEN $days > 0 THEN datetime() - duration({days: $days}) ELSE datetime({epochMillis: 0}) END
MATCH (a)-[:USED]->(m:Model)
WITH datetime.truncate('hour', datetime({datetime: a.startedAt, timezone: $timezone})) AS hour, m.provider AS provider,
  count(*) AS calls, count(CASE WHEN a.status <> 'SUCCEEDED' THEN 1 END) AS failed,
  collect(CASE WHEN a.status = 'SUCCEEDED' THEN [a.timeToFirstTokenMs, a.latencyMs] END) AS times
WITH * ORDER BY hour DESC, provider LIMIT $limit
CALL (times) {
  UNWIND CASE WHEN times = [] THEN [[null, null]] ELSE times END AS time
  RETURN percentileDisc(time[0], 0.5) AS firstTokenMedianMs, percentileDisc(time[0], 0.95) AS firstTokenP95Ms,
    percentileDisc(time[1], 0.5) AS latencyMedianMs, percentileDisc(time[1], 0.95) AS latencyP95Ms,
    percentileDisc(time[1], 0.99) AS latencyP99Ms
}
RETURN hour, provider, calls, failed, firstTokenMedianMs, firstTokenP95Ms, latencyMedianMs, latencyP95Ms, latencyP99Ms
ORDER BY hour DESC, provider
