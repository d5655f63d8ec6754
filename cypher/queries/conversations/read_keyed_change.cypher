// What a request with this key had changed, where there was one.
CYPHER 25
RETURN COLLECT {
  MATCH (e:Change {ownerId: $ownerId, idempotencyKey: $idempotencyKey})
  RETURN e {.conversationId, .subjectId, .ids}
} AS rows
