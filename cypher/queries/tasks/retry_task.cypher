// Open a finished task that did not succeed in whole, and keep how it had ended as a run of it: what did not succeed is to be run again.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (t:Task {id: row.taskId})<-[:HAS_TASK]-(c:Conversation {ownerId: row.ownerId})
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, t, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  WHERE t.unfinished IS NULL AND t.status IN ['PARTIAL', 'FAILED', 'CANCELLED']
  CREATE (t)-[:HAD_RUN]->(run:Run {id: row.runId, createdAt: at, number: coalesce(t.retries, 0) + 1, status: t.status,
    error: t.error, errorCode: t.errorCode, note: t.note, startedAt: coalesce(t.retriedAt, t.startedAt),
    finishedAt: t.finishedAt})
  CALL (t, run) {
    MATCH (t)-[:RESULTED_IN]->(answer:Response)
    CREATE (run)-[:RESULTED_IN]->(answer)
  }
  CALL (t) {
    MATCH (t)-[:HAS_SUBTASK]->(:Subtask)-[:ATTEMPTED]->(a:Attempt)
    RETURN sum(coalesce(a.reservedTokens, coalesce(a.inputTokens, 0) + coalesce(a.outputTokens, 0))) AS tokens,
      sum(coalesce(a.reservedUsd, a.costUsd, 0.0)) AS usd
  }
  // A budget is that of all runs: what the caller gives stands over what was used.
  SET t.budgetTokens = coalesce(tokens + row.budgetTokens, t.budgetTokens),
    t.budgetUsd = coalesce(usd + row.budgetUsd, t.budgetUsd)
  SET t.unfinished = true, t.keepsEvents = true, t.leaseOwner = row.leaseOwner, t.leaseUntil = timestamp() + row.lease, t.status = 'PENDING',
    t.retries = coalesce(t.retries, 0) + 1, t.retriedAt = at, c.updatedAt = at
  REMOVE t.error, t.errorCode, t.note, t.finishedAt, t.endSeq
  CREATE (:TaskEvent {createdAt: at, taskId: t.id, conversationId: c.id, seq: seq,
    type: 'TASK', status: 'PENDING'})
  CALL (t, c, seq, at) {
    // Calls may have answered in whole while their task was cancelled: that is paid for and not asked again.
    MATCH (t)-[:HAS_SUBTASK]->(s:Subtask {status: 'CANCELLED'})
    WHERE EXISTS { (s)-[:ATTEMPTED]->(:Attempt {status: 'SUCCEEDED'}) }
    WITH t, c, seq, at, collect(s) AS answered
    SET c.lastSeq = c.lastSeq + size(answered), c.changedAt = datetime({epochMillis: timestamp()})
    WITH t, seq, at, answered
    UNWIND range(1, size(answered)) AS i
    WITH t, at, seq + i AS number, answered[i - 1] AS s
    SET s.status = 'SUCCEEDED'
    REMOVE s.error, s.errorCode
    CREATE (:TaskEvent {createdAt: at, taskId: t.id, seq: number, type: 'SUBTASK',
      status: 'SUCCEEDED', subtaskId: s.id})
  }
  CALL (t, run) {
    MATCH (t)-[:HAS_SUBTASK]->(s:Subtask) WHERE s.status <> 'SUCCEEDED' AND NOT EXISTS { (s)<-[:REPLACES]-() }
    CREATE (run)-[:LEFT {status: s.status, error: s.error, errorCode: s.errorCode, finishedAt: s.finishedAt}]->(s)
    SET s.status = CASE WHEN EXISTS { (s)-[:DEPENDS_ON]->() } THEN 'PENDING' ELSE 'READY' END,
      s.retriedAfter = COUNT { (s)-[:ATTEMPTED]->() }
    REMOVE s.error, s.errorCode, s.finishedAt
  }
  RETURN t.id AS id
}
RETURN collect({n: row.n, id: id}) AS written
