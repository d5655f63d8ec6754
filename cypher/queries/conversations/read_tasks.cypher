// The owner's tasks of these ids.
CYPHER 25
RETURN COLLECT {
  UNWIND $batch.ids AS id
  MATCH (t:Task {id: id, ownerId: $ownerId})
  RETURN t {.id, .type, .strategy, .status, .title, .error, .errorCode, .note, retries: coalesce(t.retries, 0),
    createdAt: t.createdAt.epochMillis, startedAt: t.startedAt.epochMillis, finishedAt: t.finishedAt.epochMillis,
    conversationId: head(COLLECT { MATCH (t)<-[:HAS_TASK]-(c:Conversation) RETURN c.id }),
    promptId: head(COLLECT { MATCH (t)-[:ASKED]->(p:Prompt) RETURN p.id }),
    answerId: head(COLLECT { MATCH (t)-[:RESULTED_IN]->(r:Response) RETURN r.id })}
} AS rows
