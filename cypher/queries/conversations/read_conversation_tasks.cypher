// A page of the tasks of each of these conversations, newest first, below the id $before; $status null is any.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (c:Conversation {id: id, ownerId: $ownerId})
RETURN id, COLLECT {
  MATCH (c)-[:HAS_TASK]->(t:Task)
  WHERE t.id < $before AND ($status IS NULL OR t.status IN $status)
  WITH t ORDER BY t.id DESC LIMIT $limit
  RETURN t {.id, .type, .strategy, .status, .title, .error, .errorCode, .note,
    createdAt: t.createdAt.epochMillis, startedAt: t.startedAt.epochMillis, finishedAt: t.finishedAt.epochMillis,
    conversationId: head(COLLECT { MATCH (t)<-[:HAS_TASK]-(c:Conversation) RETURN c.id }),
    promptId: head(COLLECT { MATCH (t)-[:ASKED]->(p:Prompt) RETURN p.id }),
    answerId: head(COLLECT { MATCH (t)-[:RESULTED_IN]->(r:Response) RETURN r.id })}
} AS rows
