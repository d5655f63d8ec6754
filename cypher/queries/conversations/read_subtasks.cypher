// The subtasks of these ids in the owner's tasks.
CYPHER 25
RETURN COLLECT {
  UNWIND $batch.ids AS id
  MATCH (s:Subtask {id: id})<-[:HAS_SUBTASK]-(t:Task {ownerId: $ownerId})
  RETURN s {.id, .index, .key, .kind, .title, .status, .error, .errorCode, .tokens, taskId: t.id,
    createdAt: s.createdAt.epochMillis, startedAt: s.startedAt.epochMillis, finishedAt: s.finishedAt.epochMillis,
    promptId: head(COLLECT { MATCH (s)-[:ASKED]->(p:Prompt) RETURN p.id }),
    reusedId: head(COLLECT { MATCH (s)-[:REUSED]->(r:Response) RETURN r.id }),
    responseId: head(COLLECT {
      MATCH (s)-[:ATTEMPTED]->(a:Attempt {status: 'SUCCEEDED'})-[:YIELDED]->(r:Response)
      RETURN r.id ORDER BY a.number DESC })}
} AS rows
