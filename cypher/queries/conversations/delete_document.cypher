// Take the label off a document, so that nobody finds it or adds a version any more, and write the receipt that leads to it.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  OPTIONAL MATCH (known:Erasure {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  WITH row, known WHERE known IS NULL
  MATCH (d:Document {id: row.documentId, ownerId: row.ownerId})
  MATCH (c:Conversation {id: d.conversationId, ownerId: row.ownerId})
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, d, c.lastSeq AS locked WHERE d:Document
  CREATE (e:Erasure {id: row.erasureId, ownerId: row.ownerId, kind: 'DOCUMENT', subjectId: d.id, status: 'RUNNING',
    conversationId: d.conversationId, requestedBy: row.requestedBy, createdAt: datetime({epochMillis: row.at}),
    idempotencyKey: row.idempotencyKey, requestHash: row.requestHash})
  CREATE (e)-[:ERASES {as: 'DOCUMENT'}]->(d)
  CREATE (e)-[:SPREADS]->(d)
  REMOVE d:Document, d.name
  SET d:Erased
  // What was noted of it says its name.
  CALL (d) { MATCH (x:Change) WHERE x.subjectId = d.id SET x.name = '' }
}
OPTIONAL MATCH (known:Erasure {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
OPTIONAL MATCH (fresh:Erasure {id: row.erasureId})
WITH row, coalesce(fresh, known) AS e WHERE e IS NOT NULL
RETURN collect({n: row.n, id: e.id, requestHash: e.requestHash, status: e.status}) AS written
