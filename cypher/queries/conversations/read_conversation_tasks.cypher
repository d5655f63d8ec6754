// A page of the tasks of each of these conversations by id, which is by age; $status null is any.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (c:Conversation {id: id, ownerId: $ownerId})
RETURN id, COLLECT {
  // One of the two reads nothing; the index has the order of both.
  CALL (id) {
    MATCH (t:Task)
    USING INDEX SEEK t:Task(conversationId, id)
    WHERE t.conversationId = id AND t.id > $page.low[0] AND t.id < $page.high[0]
      AND ($status IS NULL OR t.status IN $status)
    RETURN t ORDER BY t.conversationId, t.id LIMIT $page.up
    UNION ALL
    MATCH (t:Task)
    USING INDEX SEEK t:Task(conversationId, id)
    WHERE t.conversationId = id AND t.id > $page.low[0] AND t.id < $page.high[0]
      AND ($status IS NULL OR t.status IN $status)
    RETURN t ORDER BY t.conversationId DESC, t.id DESC LIMIT $page.down
  }
  RETURN t {.id, .type, .strategy, .status, .title, .error, .errorCode, .note, .conversationId,
    createdAt: t.createdAt.epochMillis, startedAt: t.startedAt.epochMillis, finishedAt: t.finishedAt.epochMillis,
    promptId: head(COLLECT { MATCH (t)-[:ASKED]->(p:Prompt) RETURN p.id }),
    answerId: head(COLLECT { MATCH (t)-[:RESULTED_IN]->(r:Response) RETURN r.id })}
} AS rows
