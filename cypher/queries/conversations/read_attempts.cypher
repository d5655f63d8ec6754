// The attempts of these ids in the owner's tasks.
CYPHER 25
RETURN COLLECT {
  UNWIND $batch.ids AS id
  MATCH (a:Attempt {id: id})<-[:ATTEMPTED]-(s:Subtask)<-[:HAS_SUBTASK]-(:Task {ownerId: $ownerId})
  RETURN a {.id, .number, .status, .error, .errorCode, .latencyMs, .timeToFirstTokenMs, .inputTokens, .outputTokens,
    .cachedTokens, .cacheWriteTokens, .costUsd, .queueMs, .usageEstimated, subtaskId: s.id,
    createdAt: a.createdAt.epochMillis, startedAt: a.startedAt.epochMillis, finishedAt: a.finishedAt.epochMillis,
    model: head(COLLECT { MATCH (a)-[:USED]->(m:Model) RETURN m {.id, .provider, .name} }),
    responseId: head(COLLECT { MATCH (a)-[:YIELDED]->(r:Response) RETURN r.id }),
    sawId: head(COLLECT { MATCH (a)-[:SAW {as: 'VERBATIM'}]->(x:Message) RETURN x.id ORDER BY x.depth LIMIT 1 })}
} AS rows
