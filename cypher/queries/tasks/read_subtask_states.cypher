// Every subtask of a task, without any text: what a strategy plans with.
CYPHER 25
MATCH (t:Task {id: $taskId})
RETURN COLLECT {
  MATCH (t)-[:HAS_SUBTASK]->(s:Subtask)
  RETURN [s.id, s.key, s.status, coalesce(s.tokens, 0), s.title, s.error, s.errorCode, coalesce(s.requestSha256, '')] ORDER BY s.index
} AS subtasks
