// Where a task stands, and which responses its calls left after $after and up to $upto, oldest first.
CYPHER 25
MATCH (t:Task {id: $taskId, ownerId: $ownerId})
RETURN t.status AS status, COLLECT {
  MATCH (r:Message) USING INDEX SEEK r:Message(conversationId, seq)
  WHERE r.conversationId = $conversationId AND r.seq > $after AND r.seq <= $upto
  MATCH (r)<-[:YIELDED]-(a:Attempt)<-[:ATTEMPTED]-(s:Subtask)<-[:HAS_SUBTASK]-(t)
  WITH r, a, s ORDER BY r.seq LIMIT $limit
  RETURN r {.id, .seq, .status, .finishReason, attempt: a.number, subtaskId: s.id, kind: s.kind}
} AS rows
