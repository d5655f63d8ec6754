// The task that an owner's idempotency key made.
CYPHER 25
MATCH (t:Task {ownerId: $ownerId, idempotencyKey: $idempotencyKey})
RETURN t.id AS id, t.requestHash AS requestHash
