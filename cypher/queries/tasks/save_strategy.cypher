// Keep a plan under a name; the owner's plan of that name, if there is one, is replaced.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  OPTIONAL MATCH (known:Strategy {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  OPTIONAL MATCH (named:Strategy {ownerId: row.ownerId, name: row.name})
  // A plan that was saved and replaced since is not saved again when its request is sent again.
  WITH row, known, named, row.requestHash + ' ' + row.idempotencyKey AS request, datetime({epochMillis: row.at}) AS at
  WHERE known IS NULL AND NOT coalesce(request IN named.formerRequests, false)
  MERGE (s:Strategy {ownerId: row.ownerId, name: row.name})
    ON CREATE SET s.id = row.id, s.createdAt = at
  SET s.formerRequests = (coalesce(s.formerRequests, [])
    + CASE WHEN s.idempotencyKey IS NULL THEN [] ELSE [s.requestHash + ' ' + s.idempotencyKey] END)[-100..]
  SET s.plan = row.plan, s.description = row.description, s.idempotencyKey = row.idempotencyKey,
    s.requestHash = row.requestHash, s.updatedAt = at
  REMOVE s.madeBy
}
OPTIONAL MATCH (known:Strategy {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
OPTIONAL MATCH (named:Strategy {ownerId: row.ownerId, name: row.name})
WITH row, coalesce(known, named) AS s
RETURN collect({n: row.n, id: s.id, requestHash: CASE
  WHEN row.requestHash + ' ' + row.idempotencyKey IN s.formerRequests THEN row.requestHash
  ELSE s.requestHash
END}) AS written
