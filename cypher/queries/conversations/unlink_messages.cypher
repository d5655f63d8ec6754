// Delete a link between two messages.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (c:Conversation {id: row.conversationId, ownerId: row.ownerId})
  MATCH (d:Conversation {id: row.toConversationId, ownerId: row.ownerId})
  // Both are locked, in one order for all: what is there is looked for behind the locks.
  CALL (c, d) {
    UNWIND [c, d] AS x
    WITH DISTINCT x ORDER BY x.id
    SET x.lastSeq = x.lastSeq + 1, x.changedAt = datetime({epochMillis: timestamp()})
  }
  WITH row, c, d, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  OPTIONAL MATCH (known:Change {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  OPTIONAL MATCH (:Message)-[r:REFERENCES {id: row.linkId}]->(:Message)
  WITH * WHERE known IS NOT NULL OR r IS NOT NULL
  CALL (*) {
    WITH * WHERE known IS NULL
    CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq, createdAt: at, type: 'LINK', action: 'DELETED',
      subjectId: r.id, ids: [r.fromId, r.toId], name: r.kind, idempotencyKey: row.idempotencyKey,
      requestHash: row.requestHash})
    FOREACH (x IN CASE WHEN c <> d THEN [1] END |
      CREATE (:Change {conversationId: d.id, ownerId: d.ownerId, seq: d.lastSeq, createdAt: at, type: 'LINK',
        action: 'DELETED', subjectId: r.id, ids: [r.fromId, r.toId], name: r.kind, causeKey: row.idempotencyKey}))
    DELETE r
  }
  RETURN seq, CASE WHEN known IS NULL THEN row.requestHash ELSE known.requestHash END AS requestHash
}
RETURN collect({n: row.n, id: row.linkId, seq: seq, requestHash: requestHash}) AS written
