// Which conversation a task of the owner is in, and its state.
CYPHER 25
MATCH (t:Task {id: $taskId})<-[:HAS_TASK]-(c:Conversation {ownerId: $ownerId})
RETURN c.id AS conversationId, t.status AS status
