// Where a task stands: what a subscriber to its events needs to begin.
CYPHER 25
MATCH (t:Task {id: $taskId, ownerId: $ownerId})<-[:HAS_TASK]-(c:Conversation)
RETURN t.status AS status, c.id AS conversationId
