// The owner's tasks of these ids.
CYPHER 25
RETURN COLLECT {
  UNWIND $batch.ids AS id
  MATCH (t:Task {id: id, ownerId: $ownerId})
  RETURN t {.id, .type, .strategy, .status, .title, .error, .errorCode, .note, .conversationId,
    retries: coalesce(t.retries, 0),
    createdAt: t.createdAt.epochMillis, startedAt: t.startedAt.epochMillis, finishedAt: t.finishedAt.epochMillis,
    promptId: head(COLLECT { MATCH (t)-[:ASKED]->(p:Prompt) RETURN p.id }),
    answerId: head(COLLECT { MATCH (t)-[:RESULTED_IN]->(r:Response) RETURN r.id })}
} AS rows
