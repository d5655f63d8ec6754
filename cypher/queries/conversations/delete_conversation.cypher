// Take the label off a conversation, so that nobody finds it or writes to it any more, and write the receipt that leads to it.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  OPTIONAL MATCH (known:Erasure {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  WITH row, known WHERE known IS NULL
  MATCH (c:Conversation {id: row.conversationId, ownerId: row.ownerId})
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  // Behind the lock: another request may have deleted it meanwhile, added to what was idle, or set other days.
  WITH row, c, c.lastSeq AS seq
  WHERE c:Conversation AND (row.idleSince IS NULL
    OR c.updatedAt < datetime({epochMillis: row.idleSince}) AND coalesce(c.keepDays, 0.0) = coalesce(row.keepDays, 0.0))
  CREATE (e:Erasure {id: row.erasureId, ownerId: row.ownerId, kind: 'CONVERSATION', subjectId: c.id, status: 'RUNNING',
    requestedBy: row.requestedBy, createdAt: datetime({epochMillis: row.at}), partOf: row.partOf,
    idempotencyKey: row.idempotencyKey, requestHash: row.requestHash, conversations: 1,
    seq: seq, changedAt: datetime({epochMillis: timestamp()})})
  CREATE (e)-[:ERASES]->(c)
  REMOVE c:Conversation, c.title, c.metadata, c.defaultBranchId, c.idempotencyKey, c.requestHash, c.keepDays
  SET c:Erased
}
OPTIONAL MATCH (known:Erasure {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
OPTIONAL MATCH (fresh:Erasure {id: row.erasureId})
WITH row, coalesce(fresh, known) AS e WHERE e IS NOT NULL
RETURN collect({n: row.n, id: e.id, requestHash: e.requestHash, status: e.status}) AS written
