// Cancel an unfinished task, every subtask of it that has no last state yet, and the attempts in flight.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  CALL (row) {
    MATCH (t:Task {id: row.taskId})
    RETURN t
    UNION ALL
    // That which a new prompt cuts.
    MATCH (:Task {id: row.byId})-[:INTERRUPTED]->(t:Task)
    RETURN t
  }
  MATCH (t)<-[:HAS_TASK]-(c:Conversation {ownerId: row.ownerId})
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, t, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS sent, coalesce(t.startedAt, t.createdAt) AS begun
  // What was written after this was sent may have begun later.
  WITH row, t, c, seq, CASE WHEN begun > sent THEN begun ELSE sent END AS at
  CALL (t, c, seq, at) {
    WITH * WHERE t.unfinished
    REMOVE t.unfinished, t.leaseOwner, t.leaseUntil
    SET t.status = 'CANCELLED', t.finishedAt = at
    WITH t, c, seq, at
    OPTIONAL MATCH (t)-[:HAS_SUBTASK]->(s:Subtask) WHERE s.status IN ['PENDING', 'READY', 'RUNNING']
    WITH t, c, seq, at, collect(s) AS left
    SET c.lastSeq = c.lastSeq + size(left), c.changedAt = datetime({epochMillis: timestamp()})
    // The task's own event is the last: who follows the task stops at it.
    CREATE (:TaskEvent {createdAt: at, taskId: t.id, conversationId: c.id,
      seq: seq + size(left), type: 'TASK', status: 'CANCELLED'})
    WITH t, at, left, seq
    UNWIND range(0, size(left) - 1) AS i
    WITH t, at, seq + i AS number, left[i] AS s
    SET s.status = 'CANCELLED', s.finishedAt = at
    CREATE (:TaskEvent {createdAt: at, taskId: t.id, seq: number, type: 'SUBTASK',
      status: 'CANCELLED', subtaskId: s.id})
    WITH s, at
    MATCH (s)-[:ATTEMPTED]->(a:Attempt {status: 'RUNNING'})
    // What it read is estimated, until the process that makes the call says better.
    SET a.status = 'CANCELLED', a.error = 'The task was cancelled.', a.errorCode = 'CANCELLED', a.finishedAt = CASE WHEN a.startedAt > at THEN a.startedAt ELSE at END,
      a.inputTokens = a.promptTokens, a.usageEstimated = true
  }
  RETURN t.id AS id, t.status AS status
}
RETURN collect({n: row.n, id: id, status: status}) AS written
