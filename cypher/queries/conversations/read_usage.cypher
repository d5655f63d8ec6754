// What an owner's attempts of a time, or those in one conversation, took and cost: a row for each key of a dimension.
CYPHER 25
CALL () {
  // With a conversation given, no attempt has the owner that is looked for here.
  MATCH (a:Attempt)
  WHERE a.ownerId = CASE WHEN $conversationId IS NULL THEN $ownerId END
    AND a.startedAt >= datetime({epochMillis: $since}) AND a.startedAt < datetime({epochMillis: $until})
  RETURN a
  UNION ALL
  MATCH (:Conversation {id: $conversationId, ownerId: $ownerId})-[:HAS_TASK|HAD_TASK]->(:Task|Erased)-[:HAS_SUBTASK]->(:Subtask)
    -[:ATTEMPTED]->(a:Attempt)
  WHERE a.startedAt >= datetime({epochMillis: $since}) AND a.startedAt < datetime({epochMillis: $until})
  RETURN a
  UNION ALL
  MATCH (:Conversation {id: $conversationId, ownerId: $ownerId})-[:PAID]->(a:Attempt)
  WHERE a.startedAt >= datetime({epochMillis: $since}) AND a.startedAt < datetime({epochMillis: $until})
  RETURN a
}
// Of what was pruned, the attempt itself says of what task it was.
OPTIONAL MATCH (a)<-[:ATTEMPTED]-(s:Subtask)<-[:HAS_SUBTASK]-(t:Task|Erased {ownerId: $ownerId})
MATCH (a)-[:USED]->(m)
WITH a, coalesce(t.id, a.taskId) AS task,
  coalesce(a.wasted, a.status <> 'RUNNING' AND (a.status <> 'SUCCEEDED' OR s.status IN ['FAILED', 'CANCELLED', 'SKIPPED'])) AS wasted,
  // Of a call that was cut while silent, what was generated is not known, and so not what it cost.
  coalesce(a.inputTokens, a.outputTokens, a.timeToFirstTokenMs) IS NOT NULL
    AND (a.costUsd IS NULL OR a.outputTokens IS NULL) AS unpriced,
  CASE $groupBy
    WHEN 'MODEL' THEN m.id
    WHEN 'PROVIDER' THEN m.provider
    WHEN 'DAY' THEN date(a.startedAt)
    WHEN 'STRATEGY' THEN coalesce(t.strategy, a.strategy)
    WHEN 'TASK_TYPE' THEN coalesce(t.type, a.taskType)
    WHEN 'CONVERSATION' THEN head([(c)-[:HAS_TASK|HAD_TASK]->(t) | c] + [(c)-[:PAID]->(a) | c])
    WHEN 'OUTCOME' THEN a.status
    WHEN 'PURPOSE' THEN CASE coalesce(s.kind, a.kind, CASE WHEN a.taskType = 'summary' THEN 'summary' WHEN a.strategy = 'NONE' THEN 'direct' ELSE 'part' END)
      WHEN 'direct' THEN 'ANSWER' WHEN 'part' THEN 'PART' WHEN 'step' THEN 'STEP' WHEN 'plan' THEN 'PLAN' WHEN 'reduce' THEN 'COMBINATION'
      ELSE toUpper(coalesce(s.kind, a.kind, 'summary')) END
  END AS key
WITH key,
  count(*) AS attempts,
  count(DISTINCT task) AS tasks,
  avg(a.latencyMs) AS averageLatencyMs,
  sum(a.inputTokens) AS inputTokens,
  sum(a.outputTokens) AS outputTokens,
  sum(a.cachedTokens) AS cachedTokens,
  sum(a.costUsd) AS costUsd,
  count(a.costUsd) AS priced,
  count(CASE WHEN unpriced THEN 1 END) AS unpriced,
  count(CASE WHEN a.status = 'RUNNING' THEN 1 END) AS open,
  count(CASE WHEN a.usageEstimated THEN 1 END) AS estimated,
  count(CASE WHEN wasted THEN 1 END) AS wastedAttempts,
  sum(CASE WHEN wasted THEN coalesce(a.inputTokens, 0) + coalesce(a.outputTokens, 0) END) AS wastedTokens,
  sum(CASE WHEN wasted THEN a.costUsd END) AS wastedCostUsd,
  count(CASE WHEN wasted THEN a.costUsd END) AS wastedPriced,
  count(CASE WHEN wasted AND unpriced THEN 1 END) AS wastedUnpriced
LIMIT $limit
RETURN collect({
  key: CASE $groupBy WHEN 'CONVERSATION' THEN key.id ELSE toString(key) END,
  label: CASE $groupBy WHEN 'CONVERSATION' THEN coalesce(key.title, 'Deleted') ELSE toString(key) END,
  attempts: attempts, tasks: tasks, averageLatencyMs: averageLatencyMs,
  inputTokens: inputTokens, outputTokens: outputTokens, cachedTokens: cachedTokens,
  costUsd: costUsd, priced: priced, unpriced: unpriced, open: open, estimated: estimated,
  wastedAttempts: wastedAttempts, wastedTokens: wastedTokens,
  wastedCostUsd: wastedCostUsd, wastedPriced: wastedPriced, wastedUnpriced: wastedUnpriced
}) AS rows
