// Write what a call took that came back after what it was asked for was deleted: it is paid for. Its answer is not kept.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (a:Attempt {id: row.attemptId})
  WHERE a.latencyMs IS NULL AND a.status IN ['RUNNING', 'CANCELLED', 'INTERRUPTED'] AND (EXISTS { (a)<-[:PAID]-() }
    OR EXISTS { (a)<-[:ATTEMPTED]-()<-[:HAS_SUBTASK]-(:Erased) })
  WITH a, row.measures AS said
  SET a += said {.queueMs, .latencyMs, .timeToFirstTokenMs, .inputTokens, .outputTokens, .cachedTokens,
    .cacheWriteTokens, .costUsd, .usageEstimated, .reservedTokens, .reservedUsd}
  RETURN a.id AS id
}
RETURN collect({n: row.n, id: id}) AS written
