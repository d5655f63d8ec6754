// Times, tokens and costs are not negative, the first token came before the end, and what succeeded was measured.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (a:Attempt)
WHERE a.latencyMs < 0 OR a.queueMs < 0 OR a.timeToFirstTokenMs < 0 OR a.timeToFirstTokenMs > a.latencyMs + 1
  OR a.inputTokens < 0 OR a.outputTokens < 0 OR a.cachedTokens < 0 OR a.cachedTokens > a.inputTokens OR a.costUsd < 0
  OR (a.status = 'SUCCEEDED' AND (a.latencyMs IS NULL OR a.queueMs IS NULL OR a.outputTokens IS NULL OR a.inputTokens IS NULL))
RETURN count(*) AS count, collect(a.id)[..5] AS ids
