// The calls that began since a time, whoever made them: by model and quarter of a second, how many and what they used.
CYPHER 25
MATCH (a:Attempt)-[:USED]->(m:Model)
// An attempt is written before its call, which may wait for its turn a little longer.
WHERE a.startedAt > datetime({epochMillis: $since - $patience})
WITH m.id AS model, a, CASE WHEN a.latencyMs IS NULL THEN a.startedAt.epochMillis
  ELSE a.finishedAt.epochMillis - toInteger(a.latencyMs) END AS begun
WHERE begun > $since
WITH model, begun / 250 AS time, max(begun) AS at, count(*) AS calls,
  sum(coalesce(a.reservedTokens, coalesce(a.inputTokens, 0) + coalesce(a.outputTokens, 0))) AS tokens
ORDER BY at
RETURN collect({model: model, at: at, calls: calls, tokens: tokens}) AS calls
