// A page of the subtasks of each of these tasks, in order, after the index $after; $status null is any.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (t:Task {id: id, ownerId: $ownerId})
RETURN id, COLLECT {
  MATCH (t)-[:HAS_SUBTASK]->(s:Subtask)
  WHERE s.index > $after AND ($status IS NULL OR s.status IN $status)
  WITH t, s ORDER BY s.index LIMIT $limit
  RETURN s {.id, .index, .key, .kind, .title, .status, .error, .errorCode, .tokens, taskId: t.id,
    createdAt: s.createdAt.epochMillis, startedAt: s.startedAt.epochMillis, finishedAt: s.finishedAt.epochMillis,
    promptId: head(COLLECT { MATCH (s)-[:ASKED]->(p:Prompt) RETURN p.id }),
    responseId: head(COLLECT {
      MATCH (s)-[:ATTEMPTED]->(a:Attempt {status: 'SUCCEEDED'})-[:YIELDED]->(r:Response)
      RETURN r.id ORDER BY a.number DESC })}
} AS rows
