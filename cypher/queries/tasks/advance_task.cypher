// Move an unfinished task of the process that holds it to its next state: PLANNING or RUNNING.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (t:Task {id: row.taskId})<-[:HAS_TASK]-(c:Conversation)
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, t, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  WHERE t.unfinished AND t.leaseOwner = row.leaseOwner
  CALL (row, t, c, seq, at) {
    // A row that names the state before, `from`, is not done again where its answer was lost.
    WITH * WHERE t.status <> row.status AND coalesce(t.status = row.from, true)
    SET t.status = row.status, t.startedAt = coalesce(t.startedAt, at)
    CREATE (:TaskEvent {createdAt: at, taskId: t.id, conversationId: c.id, seq: seq,
      type: 'TASK', status: row.status})
  }
  RETURN coalesce(t.retries, 0) AS retries
}
RETURN collect({n: row.n, retries: retries}) AS written
