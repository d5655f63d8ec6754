// What the attempts of each of these tasks or subtasks took and cost, and what of it was wasted.
CYPHER 25
UNWIND $batch.ids AS id
CALL (id) {
  MATCH (:Task {id: id, ownerId: $ownerId})-[:HAS_SUBTASK]->(s:Subtask)-[:ATTEMPTED]->(a:Attempt)
  RETURN s, a
  UNION ALL
  MATCH (s:Subtask {id: id})-[:ATTEMPTED]->(a:Attempt)
  WHERE EXISTS { (s)<-[:HAS_SUBTASK]-(:Task {ownerId: $ownerId}) }
  RETURN s, a
}
WITH id, a, a.status AS status,
  // Of a call that was cut while silent, what was generated is not known, and so not what it cost.
  coalesce(a.inputTokens, a.outputTokens, a.timeToFirstTokenMs) IS NOT NULL
    AND (a.costUsd IS NULL OR a.outputTokens IS NULL) AS unpriced,
  a.status <> 'RUNNING' AND (a.status <> 'SUCCEEDED' OR s.status IN ['FAILED', 'CANCELLED', 'SKIPPED']) AS wasted
RETURN id, {
  attempts: count(*),
  succeeded: count(CASE WHEN status = 'SUCCEEDED' THEN 1 END),
  failed: count(CASE WHEN status <> 'SUCCEEDED' AND status <> 'RUNNING' THEN 1 END),
  queueMs: [sum(a.queueMs), percentileDisc(a.queueMs, 0.5), percentileDisc(a.queueMs, 0.95), max(a.queueMs)],
  timeToFirstTokenMs: [sum(a.timeToFirstTokenMs), percentileDisc(a.timeToFirstTokenMs, 0.5),
    percentileDisc(a.timeToFirstTokenMs, 0.95), max(a.timeToFirstTokenMs)],
  latencyMs: [sum(a.latencyMs), percentileDisc(a.latencyMs, 0.5), percentileDisc(a.latencyMs, 0.95), max(a.latencyMs)],
  inputTokens: sum(a.inputTokens),
  outputTokens: sum(a.outputTokens),
  cachedTokens: sum(a.cachedTokens),
  costUsd: sum(a.costUsd),
  priced: count(a.costUsd),
  unpriced: count(CASE WHEN unpriced THEN 1 END),
  open: count(CASE WHEN status = 'RUNNING' THEN 1 END),
  estimated: count(CASE WHEN a.usageEstimated THEN 1 END),
  wasted: {
    attempts: count(CASE WHEN wasted THEN 1 END),
    inputTokens: sum(CASE WHEN wasted THEN a.inputTokens END),
    outputTokens: sum(CASE WHEN wasted THEN a.outputTokens END),
    costUsd: sum(CASE WHEN wasted THEN a.costUsd END),
    priced: count(CASE WHEN wasted THEN a.costUsd END),
    unpriced: count(CASE WHEN wasted AND unpriced THEN 1 END)
  }
} AS metrics
