// Take the label off a source, so that nobody finds or reads it any more, and write the receipt that leads to it.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  OPTIONAL MATCH (known:Erasure {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  WITH row, known WHERE known IS NULL
  MATCH (s:Source {id: row.sourceId, ownerId: row.ownerId})
  // This locks it: somebody may be beginning to read it.
  REMOVE s.lock
  WITH row, s, s.id AS locked WHERE s:Source
  CREATE (e:Erasure {id: row.erasureId, ownerId: row.ownerId, kind: 'SOURCE', subjectId: s.id, status: 'RUNNING',
    requestedBy: row.requestedBy, createdAt: datetime({epochMillis: row.at}), idempotencyKey: row.idempotencyKey,
    requestHash: row.requestHash})
  CREATE (e)-[:ERASES {as: 'SOURCE'}]->(s)
  CREATE (e)-[:SPREADS]->(s)
  REMOVE s:Source
  SET s:Erased
  // A document goes on with its other versions, or not at all.
  CALL (s) {
    MATCH (d:Document)-[of:HAS_VERSION]->(s)
    OPTIONAL MATCH (d)-[newest:NEWEST]->(s)
    DELETE of, newest
    WITH DISTINCT d
    OPTIONAL MATCH (d)-[v:HAS_VERSION]->(other)
    WITH d, v, other ORDER BY v.number DESC
    WITH d, head(collect(v.number)) AS number, head(collect(other)) AS other
    SET d.versions = number
    FOREACH (x IN CASE WHEN other IS NULL OR EXISTS { (d)-[:NEWEST]->() } THEN [] ELSE [other] END | CREATE (d)-[:NEWEST]->(x))
    CALL (d, other) { MATCH (x:Change) WHERE x.subjectId = d.id AND other IS NULL SET x.name = '' }
    FOREACH (x IN CASE WHEN other IS NULL THEN [d] ELSE [] END | DETACH DELETE x)
    RETURN sum(CASE WHEN other IS NULL THEN 1 ELSE 0 END) AS documents
  }
  WITH e, documents, COLLECT { MATCH (s)<-[:OF]-(p:Passage) RETURN p } AS passages
  FOREACH (p IN passages | DETACH DELETE p)
  SET e.documents = documents
}
OPTIONAL MATCH (known:Erasure {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
OPTIONAL MATCH (fresh:Erasure {id: row.erasureId})
WITH row, coalesce(fresh, known) AS e WHERE e IS NOT NULL
RETURN collect({n: row.n, id: e.id, requestHash: e.requestHash, status: e.status}) AS written
