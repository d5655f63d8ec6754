// Note that an import begins; a second one with the same idempotency key is the first.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  OPTIONAL MATCH (known:Import {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  WITH row, known WHERE known IS NULL
  MERGE (i:Import {id: row.importId})
    ON CREATE SET i.ownerId = row.ownerId, i.createdAt = datetime({epochMillis: row.at}), i.status = 'RUNNING',
      i.name = row.name, i.bytes = row.bytes, i.readBytes = 0, i.format = row.format, i.folder = row.folder, i.checkpoint = 0,
      i.conversations = 0, i.extended = 0, i.known = 0, i.skipped = 0, i.messages = 0, i.plans = 0, i.notices = [], i.noticed = 0,
      i.idempotencyKey = row.idempotencyKey, i.requestHash = row.requestHash
}
OPTIONAL MATCH (known:Import {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
RETURN collect({n: row.n, id: coalesce(known.id, row.importId), requestHash: coalesce(known.requestHash, row.requestHash)}) AS written
