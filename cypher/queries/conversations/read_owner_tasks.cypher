// A page of the owner's tasks in any conversation, newest first, below the id $before; $status null is any.
CYPHER 25
RETURN COLLECT {
  MATCH (t:Task)
  WHERE t.ownerId = $ownerId AND t.id < $before AND ($status IS NULL OR t.status IN $status)
  WITH t ORDER BY t.ownerId DESC, t.id DESC LIMIT $limit
  RETURN t {.id, .type, .strategy, .status, .title, .error, .errorCode, .note,
    createdAt: t.createdAt.epochMillis, startedAt: t.startedAt.epochMillis, finishedAt: t.finishedAt.epochMillis,
    conversationId: head(COLLECT { MATCH (t)<-[:HAS_TASK]-(c:Conversation) RETURN c.id }),
    promptId: head(COLLECT { MATCH (t)-[:ASKED]->(p:Prompt) RETURN p.id }),
    answerId: head(COLLECT { MATCH (t)-[:RESULTED_IN]->(r:Response) RETURN r.id })}
} AS rows
