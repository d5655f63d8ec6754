// A page of a task's events after the sequence number $after, oldest first.
CYPHER 25
MATCH (t:Task {id: $taskId, ownerId: $ownerId})
RETURN COLLECT {
  MATCH (e:TaskEvent) WHERE e.taskId = $taskId AND e.seq > $after
  WITH e ORDER BY e.taskId, e.seq LIMIT $limit
  RETURN e {.seq, .taskId, .type, .status, .subtaskId, .attempt, .error, createdAt: e.createdAt.epochMillis}
} AS rows
