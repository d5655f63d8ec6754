// Write the receipt of a message that is to be deleted; see read_resting for what goes with it, and mark_erased for how.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  OPTIONAL MATCH (known:Erasure {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  WITH row, known WHERE known IS NULL
  MATCH (m:Message {id: row.messageId})-[:IN_CONVERSATION]->(:Conversation {ownerId: row.ownerId})
  MERGE (e:Erasure {id: row.erasureId})
    ON CREATE SET e += {ownerId: row.ownerId, kind: 'MESSAGE', subjectId: m.id, status: 'RUNNING', joins: row.joins,
      conversationId: m.conversationId, requestedBy: row.requestedBy, createdAt: datetime({epochMillis: row.at}),
      idempotencyKey: row.idempotencyKey, requestHash: row.requestHash}
  MERGE (e)-[:SPREADS]->(m)
}
OPTIONAL MATCH (known:Erasure {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
OPTIONAL MATCH (fresh:Erasure {id: row.erasureId})
WITH row, coalesce(fresh, known) AS e WHERE e IS NOT NULL
RETURN collect({n: row.n, id: e.id, requestHash: e.requestHash, status: e.status}) AS written
