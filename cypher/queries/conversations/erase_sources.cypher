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
  CALL (e, s) {
    MATCH (s)<-[reads:READS]-(t:Erased)<-[:DISMANTLES]-(e)
    WITH collect(reads) AS read, collect(DISTINCT t.conversationId) AS places
    FOREACH (reads IN read | DELETE reads)
    RETURN places
  }
  // A version of a document that only these tasks have read goes with them.
  WITH s, NOT EXISTS { (s)<-[:READS]-() } AND NOT EXISTS { (s)<-[:HAS_VERSION]-(d) WHERE NOT d.conversationId IN places } AS isLast
  WITH collect(CASE WHEN isLast THEN s END) AS gone
  WITH gone, COLLECT { UNWIND gone AS s MATCH (s)<-[:OF]-(p:Passage) RETURN p } AS passages,
    COLLECT { UNWIND gone AS s MATCH (s)<-[:HAS_VERSION]-(d) RETURN DISTINCT d } AS documents
  FOREACH (n IN passages + gone | DETACH DELETE n)
  WITH gone, documents, [d IN documents WHERE NOT EXISTS { (d)-[:HAS_VERSION]->() }] AS empty
  CALL (documents, empty) {
    UNWIND documents AS d
    WITH d, empty WHERE NOT d IN empty AND NOT EXISTS { (d)-[:NEWEST]->() }
    WITH d, head(COLLECT { MATCH (d)-[v:HAS_VERSION]->() RETURN v ORDER BY v.number DESC LIMIT 1 }) AS last
    WITH d, last, endNode(last) AS newest
    SET d.versions = last.number
    CREATE (d)-[:NEWEST]->(newest)
  }
  CALL (empty) { UNWIND empty AS d MATCH (x:Change) WHERE x.subjectId = d.id SET x.name = '' }
  FOREACH (d IN empty | DETACH DELETE d)
  RETURN size(gone) AS gone, size(empty) AS documents
}
SET e.sources = coalesce(e.sources, 0) + gone, e.documents = coalesce(e.documents, 0) + documents
RETURN size(sources) AS done
