// Write a conversation with its main branch; a second one with the same idempotency key is the first.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  OPTIONAL MATCH (known:Conversation {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  // What was deleted is not written again by a late request.
  WITH row, known WHERE known IS NULL AND NOT EXISTS { MATCH (:Erasure {subjectId: row.conversationId}) }
  MERGE (c:Conversation {id: row.conversationId})
    ON CREATE SET c.ownerId = row.ownerId, c.title = row.title, c.metadata = row.metadata, c.lastSeq = 0,
      c.changedAt = datetime({epochMillis: timestamp()}),
      c.idempotencyKey = row.idempotencyKey, c.requestHash = row.requestHash, c.keepDays = row.keepDays,
      c.createdAt = datetime({epochMillis: row.at}), c.updatedAt = datetime({epochMillis: row.at})
  MERGE (b:Branch {id: row.branchId})
    ON CREATE SET b.name = 'main', b.createdAt = datetime({epochMillis: row.at})
  MERGE (b)-[:BRANCH_OF]->(c)
}
OPTIONAL MATCH (known:Conversation {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
WITH row, coalesce(known.id, row.conversationId) AS id, coalesce(known.requestHash, row.requestHash) AS requestHash
RETURN collect({n: row.n, id: id, requestHash: requestHash}) AS written
