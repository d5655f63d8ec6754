// What a task has used in all its runs: tokens read and written, and USD; what is not known counts as it was reserved.
CYPHER 25
MATCH (t:Task {id: $taskId})
CALL (t) {
  MATCH (t)-[:HAS_SUBTASK]->(:Subtask)-[:ATTEMPTED]->(a:Attempt)
  RETURN
    sum(coalesce(a.reservedTokens, coalesce(a.inputTokens, 0) + coalesce(a.outputTokens, 0))) AS tokens,
    sum(coalesce(a.reservedUsd, a.costUsd, 0.0)) AS usd,
    sum(coalesce(a.reservedTokens, 0)) AS unknownTokens,
    sum(coalesce(a.reservedUsd - coalesce(a.costUsd, 0.0), 0.0)) AS unknownUsd
}
RETURN {since: coalesce(t.retriedAt, t.createdAt).epochMillis, tokens: tokens, usd: usd,
  unknownTokens: unknownTokens, unknownUsd: unknownUsd} AS spending
