// A page of what happened in each conversation after one number and up to another: new messages, tasks' own events, ends of tasks that have none any more, and changes.
CYPHER 25
UNWIND $batch.rows AS row
MATCH (c:Conversation {id: row.conversationId, ownerId: $ownerId})
RETURN row.n AS n, COLLECT {
  MATCH (m:Message) WHERE m.conversationId = row.conversationId AND m.seq > row.after AND m.seq <= row.upto
  WITH m ORDER BY m.conversationId, m.seq LIMIT $limit
  WITH m, coalesce(m.length, size(m.content)) AS length
  RETURN m {.id, .title, .depth, .role, .status, .finishReason, .note, .conversationId,
    .toolCallId, .toolName, .isError, pinned: coalesce(m.pinned, false), length,
    content: CASE WHEN length <= 4000 THEN m.content END,
    createdAt: m.createdAt.epochMillis, kind: CASE WHEN m:Response THEN 'Response' ELSE 'Prompt' END, seq: m.seq}
} AS messages, COLLECT {
  MATCH (e:TaskEvent) WHERE e.conversationId = row.conversationId AND e.seq > row.after AND e.seq <= row.upto
  WITH e ORDER BY e.conversationId, e.seq LIMIT $limit
  RETURN e {.seq, .taskId, .type, .status, .subtaskId, .attempt, .error, .errorCode, createdAt: e.createdAt.epochMillis}
} AS events, COLLECT {
  MATCH (t:Task) WHERE t.conversationId = row.conversationId AND t.endSeq > row.after AND t.endSeq <= row.upto
  WITH t ORDER BY t.conversationId, t.endSeq LIMIT $limit
  RETURN t {seq: t.endSeq, taskId: t.id, type: 'TASK', .status, subtaskId: null, attempt: null, .error, .errorCode,
    createdAt: t.finishedAt.epochMillis}
} AS ends, COLLECT {
  MATCH (e:Change) WHERE e.conversationId = row.conversationId AND e.seq > row.after AND e.seq <= row.upto
  WITH e ORDER BY e.conversationId, e.seq LIMIT $limit
  RETURN e {.seq, .type, .action, .subjectId, .name, .ids, createdAt: e.createdAt.epochMillis,
    idempotencyKey: coalesce(e.idempotencyKey, e.causeKey)}
} AS changes
