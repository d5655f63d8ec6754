// Write what came of an attempt: its measures, the response that it yielded, and the subtask's last state if this is it.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (a:Attempt {id: row.attemptId})<-[:ATTEMPTED]-(s:Subtask)<-[:HAS_SUBTASK]-(t:Task)<-[:HAS_TASK]-(c:Conversation)
  SET c.lastSeq = c.lastSeq + 2, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, a, s, t, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  CALL (row, a, s, t, c, seq, at) {
    // An attempt that was cancelled with its task, or taken for dead, has no measures yet: what it received is paid for.
    // One of another process has the same id where it took the task over before ours was written: it is not ours to end.
    WITH *, row.measures AS said
    WHERE coalesce(a.heldBy = row.leaseOwner, true)
      AND (a.status = 'RUNNING' OR (a.status IN ['CANCELLED', 'INTERRUPTED'] AND a.latencyMs IS NULL))
    // Once its subtask is to be asked anew, what comes of it is kept, and decides nothing.
    WITH *, a.status = 'INTERRUPTED' OR a.number <= coalesce(s.retriedAfter, 0) AS late
    WITH *, late OR (a.status = 'CANCELLED' AND said.status = 'INTERRUPTED') AS settled
    SET a.finishedAt = at
    FOREACH (x IN CASE WHEN settled THEN [1] END | SET a += said {.queueMs, .latencyMs, .timeToFirstTokenMs, .inputTokens,
      .outputTokens, .cachedTokens, .cacheWriteTokens, .costUsd, .usageEstimated,
      .promptTokens, .reservedTokens, .reservedUsd})
    FOREACH (x IN CASE WHEN NOT settled THEN [1] END | SET a += said)
    FOREACH (x IN CASE WHEN row.subtaskStatus IS NOT NULL AND s.status = 'RUNNING' AND NOT late THEN [1] END |
      SET s.status = row.subtaskStatus, s.error = row.subtaskError,
        s.errorCode = row.subtaskCode, s.finishedAt = at, s.tokens = row.tokens
      CREATE (:TaskEvent {createdAt: at, taskId: t.id, seq: seq, type: 'SUBTASK',
        status: row.subtaskStatus, subtaskId: s.id, error: row.subtaskError, errorCode: row.subtaskCode}))
    FOREACH (x IN CASE WHEN row.subtaskStatus = 'SUCCEEDED' AND s.status = 'CANCELLED' AND NOT late THEN [1] END |
      SET s.tokens = row.tokens)
    WITH row, a, s, t, c, seq, at, said, late WHERE row.response IS NOT NULL
    MATCH (s)-[:ASKED]->(p:Prompt)
    // The accepted answer has the id that was foretold; what else a call left has one of its own.
    WITH *, said.status = 'SUCCEEDED' AND NOT late AND NOT EXISTS { (:Message {id: row.response.acceptedId}) } AS accepted
    CREATE (r:Message:Response {id: CASE WHEN accepted THEN row.response.acceptedId ELSE row.response.id END,
      createdAt: at, content: row.response.content, length: size(row.response.content), reasoning: row.response.reasoning,
      status: row.response.status, finishReason: row.response.finishReason, title: row.response.title,
      note: row.response.note, depth: p.depth + 1, seq: seq - 1, conversationId: c.id, ownerId: c.ownerId})
    CREATE (r)-[:RESPONDS_TO]->(p)
    CREATE (r)-[:IN_CONVERSATION]->(c)
    CREATE (a)-[:YIELDED]->(r)
    FOREACH (call IN row.response.toolCalls |
      MERGE (tool:Tool {ownerId: c.ownerId, name: call.name})
        ON CREATE SET tool.id = call.id, tool.createdAt = at
      CREATE (r)-[:CALLED {index: call.index, toolCallId: call.toolCallId, arguments: call.arguments}]->(tool))
    FOREACH (former IN COLLECT { MATCH (t)-[:REPLAYS_ATTEMPT]->(:Attempt)-[:YIELDED]->(x:Response) RETURN x } |
      CREATE (r)-[:REPLAYS]->(former))
    WITH s, r, p WHERE s.kind = 'reduce'
    MATCH (p)-[:USES]->(used:Response)
    CREATE (r)-[:SYNTHESIZES]->(used)
  }
  RETURN c.lastSeq AS seq
}
RETURN collect({n: row.n, seq: seq}) AS written
