// Link a message with another of the owner, in this conversation or in another. The same link again is the one that is there, with the new note.
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
  MATCH (a:Message {id: row.from})-[:IN_CONVERSATION]->(c)
  MATCH (b:Message {id: row.to})-[:IN_CONVERSATION]->(d)
  OPTIONAL MATCH (known:Change {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  // What a merge has found is no link that somebody has made.
  OPTIONAL MATCH (a)-[old:REFERENCES {kind: row.kind}]->(b) WHERE old.taskId IS NULL
  WITH *, coalesce(known.subjectId, old.id, row.linkId) AS id
  CALL (*) {
    WITH * WHERE known IS NULL AND (old IS NULL OR old.note <> row.note OR row.idempotencyKey IS NOT NULL
      OR (old.note IS NULL AND row.note IS NOT NULL))
    SET old.note = coalesce(row.note, old.note)
    FOREACH (x IN CASE WHEN old IS NULL THEN [1] END |
      CREATE (a)-[:REFERENCES {id: id, kind: row.kind, note: row.note, createdAt: at, fromId: a.id, toId: b.id}]->(b))
    CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq, createdAt: at, type: 'LINK', action: 'MADE',
      subjectId: id, ids: [a.id, b.id], name: row.kind, idempotencyKey: row.idempotencyKey, requestHash: row.requestHash})
    FOREACH (x IN CASE WHEN c <> d THEN [1] END |
      CREATE (:Change {conversationId: d.id, ownerId: d.ownerId, seq: d.lastSeq, createdAt: at, type: 'LINK',
        action: 'MADE', subjectId: id, ids: [a.id, b.id], name: row.kind, causeKey: row.idempotencyKey}))
  }
  RETURN id, seq, CASE WHEN known IS NULL THEN row.requestHash ELSE known.requestHash END AS requestHash
}
RETURN collect({n: row.n, id: id, seq: seq, requestHash: requestHash}) AS written
