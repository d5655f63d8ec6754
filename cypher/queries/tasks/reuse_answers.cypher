// Give subtasks the answers of their own conversation that were there already: nobody is asked.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (t:Task {id: row.taskId})<-[:HAS_TASK]-(c:Conversation)
  SET c.lastSeq = c.lastSeq + size(row.reused), c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  MATCH (t:Task {id: row.taskId}) WHERE t.unfinished AND t.leaseOwner = row.leaseOwner
  CALL (row, t, c, seq, at) {
    UNWIND range(0, size(row.reused) - 1) AS i
    WITH t, c, at, seq - i AS number, row.reused[i] AS one
    MATCH (s:Subtask {id: one.subtaskId}) WHERE s.status IN ['PENDING', 'READY', 'RUNNING']
    MATCH (r:Response {id: one.responseId, ownerId: t.ownerId}) WHERE r.conversationId = c.id
    WITH *, head(COLLECT { MATCH (r)-[:REPEATS*0..1]->(:Response)<-[:YIELDED]-(x:Attempt) RETURN x LIMIT 1 }) AS a
    CREATE (s)-[:REUSED {tokens: a.inputTokens + coalesce(a.outputTokens, 0), costUsd: a.costUsd}]->(r)
    SET s.status = 'SUCCEEDED', s.startedAt = coalesce(s.startedAt, at), s.finishedAt = at, s.tokens = one.tokens,
      s.ownerId = t.ownerId, s.reusedAt = at, s.requestSha256 = one.requestSha256
    CREATE (:TaskEvent {createdAt: at, taskId: t.id, seq: number, type: 'SUBTASK', status: 'SUCCEEDED', subtaskId: s.id})
    RETURN collect(s.id) AS ids
  }
  RETURN ids, seq
}
RETURN collect({n: row.n, ids: ids, seq: seq}) AS written
