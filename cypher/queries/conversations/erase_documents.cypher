// Delete documents of a conversation that is deleted, or one that is, and such texts of theirs as nothing else reads: $most bytes at once.
CYPHER 25
MATCH (e:Erasure {id: $erasureId})
SET e.touchedAt = datetime()
WITH e, e.touchedAt AS locked
WITH e, COLLECT {
  MATCH (e)-[:ERASES]->(c:Erased) WHERE e.kind = 'CONVERSATION'
  MATCH (d:Document) WHERE d.conversationId = c.id AND d.name >= ''
  RETURN d LIMIT $limit
  UNION
  MATCH (e)-[:ERASES {as: 'DOCUMENT'}]->(d) RETURN d
} AS documents
WITH e, documents, COLLECT { UNWIND documents AS d MATCH (d)-[:HAS_VERSION]->(s:Source) RETURN DISTINCT s LIMIT $limit } AS found
WITH *, reduce(sum = {bytes: 0, count: 0}, s IN found | CASE WHEN sum.count = 0 OR sum.bytes + s.bytes <= $most
  THEN {bytes: sum.bytes + s.bytes, count: sum.count + 1} ELSE {bytes: $most, count: sum.count} END).count AS count
WITH e, documents, found[..count] AS sources
CALL (documents, sources) {
  UNWIND sources AS s
  WITH documents, s ORDER BY s.id
  // This locks the source: somebody may be beginning to read it.
  REMOVE s.lock
  WITH documents, s, s.id AS locked
  CALL (documents, s) { MATCH (d)-[of:HAS_VERSION|NEWEST]->(s) WHERE d IN documents DELETE of }
  WITH s, NOT EXISTS { (s)<-[:READS|HAS_VERSION]-() } AS isLast
  WITH collect(CASE WHEN isLast THEN s END) AS gone
  WITH gone, COLLECT { UNWIND gone AS s MATCH (s)<-[:OF]-(p:Passage) RETURN p } AS passages
  FOREACH (n IN passages + gone | DETACH DELETE n)
  RETURN size(gone) AS gone
}
WITH *, [d IN documents WHERE NOT EXISTS { (d)-[:HAS_VERSION]->() }] AS empty
FOREACH (d IN empty | DETACH DELETE d)
SET e.sources = coalesce(e.sources, 0) + gone, e.documents = coalesce(e.documents, 0) + size(empty)
RETURN size(sources) + size(empty) AS done
