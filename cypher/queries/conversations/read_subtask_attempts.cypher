// A page of the attempts of each of these subtasks, by their number.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (s:Subtask {id: id})<-[:HAS_SUBTASK]-(:Task {ownerId: $ownerId})
RETURN id, COLLECT {
  MATCH (s)-[:ATTEMPTED]->(a:Attempt)
  WITH s, a, [a.number] AS key
  WHERE key > $page.low AND key < $page.high
  WITH s, a ORDER BY CASE WHEN $page.up > 0 THEN key END, key DESC LIMIT $page.up + $page.down
  RETURN a {.id, .number, .status, .error, .errorCode, .latencyMs, .timeToFirstTokenMs, .inputTokens, .outputTokens,
    .cachedTokens, .cacheWriteTokens, .costUsd, .queueMs, .usageEstimated, subtaskId: s.id,
    createdAt: a.createdAt.epochMillis, startedAt: a.startedAt.epochMillis, finishedAt: a.finishedAt.epochMillis,
    model: head(COLLECT { MATCH (a)-[:USED]->(m:Model) RETURN m {.id, .provider, .name} }),
    responseId: head(COLLECT { MATCH (a)-[:YIELDED]->(r:Response) RETURN r.id }),
    sawId: head(COLLECT { MATCH (a)-[:SAW {as: 'VERBATIM'}]->(x:Message) RETURN x.id ORDER BY x.depth LIMIT 1 })}
} AS rows
