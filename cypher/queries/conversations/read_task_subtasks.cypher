// A page of the subtasks of each of these tasks, by their index; $status null is any.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (t:Task {id: id, ownerId: $ownerId})
RETURN id, COLLECT {
  // One of the two reads nothing; the index has the order of both.
  CALL (id) {
    MATCH (s:Subtask)
    USING INDEX SEEK s:Subtask(taskId, index)
    WHERE s.taskId = id AND s.index > $page.low[0] AND s.index < $page.high[0]
      AND ($status IS NULL OR s.status IN $status)
    RETURN s ORDER BY s.taskId, s.index LIMIT $page.up
    UNION ALL
    MATCH (s:Subtask)
    USING INDEX SEEK s:Subtask(taskId, index)
    WHERE s.taskId = id AND s.index > $page.low[0] AND s.index < $page.high[0]
      AND ($status IS NULL OR s.status IN $status)
    RETURN s ORDER BY s.taskId DESC, s.index DESC LIMIT $page.down
  }
  RETURN s {.id, .index, .key, .kind, .title, .status, .error, .errorCode, .tokens, taskId: t.id,
    createdAt: s.createdAt.epochMillis, startedAt: s.startedAt.epochMillis, finishedAt: s.finishedAt.epochMillis,
    promptId: head(COLLECT { MATCH (s)-[:ASKED]->(p:Prompt) RETURN p.id }),
    reusedId: head(COLLECT { MATCH (s)-[:REUSED]->(r:Response) RETURN r.id }),
    responseId: head(COLLECT {
      MATCH (s)-[:ATTEMPTED]->(a:Attempt {status: 'SUCCEEDED'})-[:YIELDED]->(r:Response)
      RETURN r.id ORDER BY a.number DESC })}
} AS rows
