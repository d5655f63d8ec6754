// The owner's tasks of these ids.
CYPHER 25
RETURN COLLECT {
  UNWIND $batch.ids AS id
  MATCH (t:Task {id: id, ownerId: $ownerId})<-[:HAS_TASK]-(c:Conversation)
  // Read first: whatever the rest does not show yet has a number above it.
  WITH t, c, c.lastSeq AS seq
  RETURN t {.id, .type, .strategy, .status, .title, .error, .errorCode, .note,
    idempotencyKey: coalesce(t.idempotencyKey, t.causeKey),
    .aggregation, seq: seq, retries: coalesce(t.retries, 0),
    createdAt: t.createdAt.epochMillis, startedAt: t.startedAt.epochMillis, finishedAt: t.finishedAt.epochMillis,
    conversationId: c.id,
    promptId: head(COLLECT { MATCH (t)-[:ASKED]->(p:Prompt) RETURN p.id }),
    answerId: head(COLLECT { MATCH (t)-[:RESULTED_IN]->(r:Response) RETURN r.id })}
} AS rows
