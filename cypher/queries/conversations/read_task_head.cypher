// Where a task stands: what a subscriber to its events needs to begin.
CYPHER 25
MATCH (t:Task {id: $taskId, ownerId: $ownerId})<-[:HAS_TASK]-(c:Conversation)
RETURN t.status AS status, t.error AS error, t.errorCode AS errorCode, t.finishedAt.epochMillis AS finishedAt,
  c.id AS conversationId
