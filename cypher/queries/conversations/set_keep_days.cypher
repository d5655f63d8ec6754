// Say how many days a conversation is kept, or, with null, that it is kept as its owner's others.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (c:Conversation {id: row.conversationId, ownerId: row.ownerId})
  // This locks the conversation: its key is looked for behind the lock.
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, c, c.lastSeq AS seq
  OPTIONAL MATCH (known:Change {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  CALL (row, c, seq, known) {
    WITH * WHERE known IS NULL
    SET c.keepDays = row.keepDays
    CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq, createdAt: datetime({epochMillis: row.at}),
      type: 'CONVERSATION', action: 'CHANGED', subjectId: c.id,
      idempotencyKey: row.idempotencyKey, requestHash: row.requestHash})
  }
  RETURN c.id AS id, seq, CASE WHEN known IS NULL THEN row.requestHash ELSE known.requestHash END AS requestHash
}
RETURN collect({n: row.n, id: id, seq: seq, requestHash: requestHash}) AS written
