// Write the receipt of all that an owner has; what that is, is deleted with it.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  OPTIONAL MATCH (known:Erasure {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  WITH row, known WHERE known IS NULL
  MERGE (e:Erasure {id: row.erasureId})
    ON CREATE SET e += {ownerId: row.ownerId, kind: 'OWNER', subjectId: row.ownerId, status: 'RUNNING',
      requestedBy: row.requestedBy, createdAt: datetime({epochMillis: row.at}), idempotencyKey: row.idempotencyKey,
      requestHash: row.requestHash}
}
OPTIONAL MATCH (known:Erasure {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
OPTIONAL MATCH (fresh:Erasure {id: row.erasureId})
WITH row, coalesce(fresh, known) AS e
RETURN collect({n: row.n, id: e.id, requestHash: e.requestHash, status: e.status}) AS written
