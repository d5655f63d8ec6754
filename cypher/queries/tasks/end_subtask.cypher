// Give a subtask its last state where no attempt gives it: skipped, cancelled, or failed before any call.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (s:Subtask {id: row.subtaskId})<-[:HAS_SUBTASK]-(t:Task)<-[:HAS_TASK]-(c:Conversation)
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, s, t, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  CALL (row, s, t, seq, at) {
    WITH * WHERE s.status IN ['PENDING', 'READY', 'RUNNING'] AND t.leaseOwner = row.leaseOwner
    SET s.status = row.status, s.error = row.error, s.errorCode = row.code, s.finishedAt = at
    CREATE (:TaskEvent {createdAt: at, taskId: t.id, seq: seq, type: 'SUBTASK',
      status: row.status, subtaskId: s.id, error: row.error, errorCode: row.code})
  }
  RETURN s.id AS id
}
RETURN collect({n: row.n}) AS written
