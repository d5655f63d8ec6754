// Let tasks that are being deleted read some sources no more; those that nothing else reads are deleted, texts of $most bytes at once.
CYPHER 25
MATCH (e:Erasure {id: $erasureId})
SET e.touchedAt = datetime()
WITH e, e.touchedAt AS locked
WITH e, COLLECT { MATCH (e)-[:DISMANTLES]->(:Erased)-[:READS]->(s:Source) RETURN DISTINCT s LIMIT $limit } AS found
WITH e, found, reduce(sum = {bytes: 0, count: 0}, s IN found | CASE WHEN sum.count = 0 OR sum.bytes + s.bytes <= $most
  THEN {bytes: sum.bytes + s.bytes, count: sum.count + 1} ELSE {bytes: $most, count: sum.count} END).count AS count
WITH e, found[..count] AS sources
CALL (e, sources) {
  UNWIND sources AS s
  WITH e, s ORDER BY s.id
  // This locks the source: somebody may be beginning to read it.
  REMOVE s.lock
  WITH e, s, s.id AS locked
  CALL (e, s) { MATCH (s)<-[reads:READS]-(:Erased)<-[:DISMANTLES]-(e) DELETE reads }
  WITH s, NOT EXISTS { (s)<-[:READS|HAS_VERSION]-() } AS isLast
  WITH collect(CASE WHEN isLast THEN s END) AS gone
  WITH gone, COLLECT { UNWIND gone AS s MATCH (s)<-[:OF]-(p:Passage) RETURN p } AS passages
  FOREACH (n IN passages + gone | DETACH DELETE n)
  RETURN size(gone) AS gone, size(passages) AS passages
}
SET e.sources = coalesce(e.sources, 0) + gone, e.passages = coalesce(e.passages, 0) + passages
RETURN size(sources) AS done
