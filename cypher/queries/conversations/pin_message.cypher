// Pin a message, or let it go again: what is pinned goes into every context.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (c:Conversation {id: row.conversationId, ownerId: row.ownerId})
  // This locks the conversation: what is there is looked for behind the lock.
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, c, c.lastSeq AS seq
  MATCH (m:Message {id: row.messageId})-[:IN_CONVERSATION]->(c)
  OPTIONAL MATCH (known:Change {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  CALL (row, c, seq, m, known) {
    // With a key it is written down also where nothing changes: a key is good for one request.
    WITH * WHERE known IS NULL AND (coalesce(m.pinned, false) <> row.pinned OR row.idempotencyKey IS NOT NULL)
    SET m.pinned = CASE WHEN row.pinned THEN true END
    CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq, createdAt: datetime({epochMillis: row.at}),
      type: 'MESSAGE', action: CASE WHEN row.pinned THEN 'PINNED' ELSE 'UNPINNED' END, subjectId: m.id,
      idempotencyKey: row.idempotencyKey, requestHash: row.requestHash})
  }
  RETURN m.id AS id, seq, CASE WHEN known IS NULL THEN row.requestHash ELSE known.requestHash END AS requestHash
}
RETURN collect({n: row.n, id: id, seq: seq, requestHash: requestHash}) AS written
