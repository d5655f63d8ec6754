// Withdraw an annotation: it is gone.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (c:Conversation {id: row.conversationId, ownerId: row.ownerId})
  // This locks the conversation: what is there is looked for behind the lock.
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, c, c.lastSeq AS seq
  OPTIONAL MATCH (known:Change {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  OPTIONAL MATCH (a:Annotation {id: row.annotationId}) WHERE a.conversationId = c.id
  WITH * WHERE known IS NOT NULL OR a IS NOT NULL
  CALL (*) {
    WITH * WHERE known IS NULL
    CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq, createdAt: datetime({epochMillis: row.at}),
      type: 'ANNOTATION', action: 'DELETED', subjectId: a.id, ids: [a.messageId], idempotencyKey: row.idempotencyKey,
      requestHash: row.requestHash})
    DETACH DELETE a
  }
  RETURN seq, CASE WHEN known IS NULL THEN row.requestHash ELSE known.requestHash END AS requestHash
}
RETURN collect({n: row.n, id: row.annotationId, seq: seq, requestHash: requestHash}) AS written
