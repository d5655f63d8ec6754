// A page of a task's events after the sequence number $after and up to $upto, oldest first.
CYPHER 25
MATCH (t:Task {id: $taskId, ownerId: $ownerId})
RETURN COLLECT {
  MATCH (e:TaskEvent) WHERE e.taskId = $taskId AND e.seq > $after AND e.seq <= $upto
  WITH e ORDER BY e.taskId, e.seq LIMIT $limit
  RETURN e {.seq, .taskId, .type, .status, .subtaskId, .attempt, .error, .errorCode, createdAt: e.createdAt.epochMillis}
} AS rows
