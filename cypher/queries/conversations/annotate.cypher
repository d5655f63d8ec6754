// Annotate a message. An annotator has one annotation of it: annotating again puts another in its place, under the same id.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (c:Conversation {id: row.conversationId, ownerId: row.ownerId})
  // This locks the conversation: what is there is looked for behind the lock.
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  MATCH (m:Message {id: row.messageId})-[:IN_CONVERSATION]->(c)
  OPTIONAL MATCH (known:Change {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  OPTIONAL MATCH (old:Annotation {messageId: row.messageId, annotator: row.annotator})
  WITH *, coalesce(known.subjectId, old.id, row.annotationId) AS id
  CALL (*) {
    // With a key it is written down also where nothing changes: a key is good for one request.
    WITH * WHERE known IS NULL AND (old IS NULL OR row.idempotencyKey IS NOT NULL
      OR [x IN [old.rating, old.label, old.comment] | coalesce(toString(x), '')]
        <> [x IN [row.rating, row.label, row.comment] | coalesce(toString(x), '')])
    FOREACH (x IN CASE WHEN old IS NULL THEN [1] END |
      CREATE (:Annotation {id: id, ownerId: c.ownerId, conversationId: c.id, messageId: m.id, annotator: row.annotator,
        createdAt: at, updatedAt: at, rating: row.rating, label: row.label, comment: row.comment})-[:ON]->(m))
    SET old.rating = row.rating, old.label = row.label, old.comment = row.comment, old.updatedAt = at
    CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq, createdAt: at, type: 'ANNOTATION',
      action: CASE WHEN old IS NULL THEN 'MADE' ELSE 'CHANGED' END, subjectId: id, ids: [m.id],
      idempotencyKey: row.idempotencyKey, requestHash: row.requestHash})
  }
  RETURN id, seq, CASE WHEN known IS NULL THEN row.requestHash ELSE known.requestHash END AS requestHash
}
RETURN collect({n: row.n, id: id, seq: seq, requestHash: requestHash}) AS written
