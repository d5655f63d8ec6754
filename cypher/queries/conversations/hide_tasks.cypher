// Take the label off some hundred tasks of a conversation that is deleted: nobody finds, runs or writes to them any more.
CYPHER 25
MATCH (e:Erasure {id: $erasureId, kind: 'CONVERSATION'})-[:ERASES]->(c:Erased)
// This locks the receipt: what is looked at after it, another service cannot be deleting.
SET e.touchedAt = datetime()
WITH e, c, e.touchedAt AS locked
CALL (e, c) {
  MATCH (t:Task) WHERE t.conversationId = c.id AND t.id > ''
  WITH t ORDER BY t.conversationId, t.id LIMIT $limit
  WITH collect(t) AS tasks
  CALL (tasks) {
    UNWIND tasks AS t
    MATCH (t)-[:HAS_SUBTASK]->(:Subtask)-[:ATTEMPTED]->(a:Attempt {status: 'RUNNING'})
    // What it read is estimated, until the process that makes the call says better.
    SET a.status = 'CANCELLED', a.errorCode = 'CANCELLED', a.finishedAt = datetime(), a.inputTokens = a.promptTokens,
      a.usageEstimated = true
  }
  FOREACH (t IN tasks |
    REMOVE t:Task, t.unfinished, t.leaseOwner, t.leaseUntil, t.idempotencyKey
    SET t:Erased
    CREATE (e)-[:DISMANTLES]->(t))
  RETURN size(tasks) AS done
}
RETURN done
