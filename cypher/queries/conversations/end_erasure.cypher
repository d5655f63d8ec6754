// End an erasure of which nothing is left. Of a conversation stays what its calls cost, tied to a node that holds no text.
CYPHER 25
MATCH (e:Erasure {id: $erasureId, status: 'RUNNING'})
SET e.touchedAt = datetime()
WITH e, e.touchedAt AS locked
WHERE NOT EXISTS { (e)-[:DISMANTLES|SPREADS]->() } AND NOT EXISTS { (e)-[:ERASES]->(m) WHERE m.lastSeq IS NULL }
OPTIONAL MATCH (e)-[:ERASES]->(c:Erased)
CALL (c) { WITH c WHERE c IS NOT NULL AND NOT EXISTS { (c)-[:PAID]->() } DETACH DELETE c }
CALL (e) { MATCH (e)-[erases:ERASES]->(c) SET c = {id: c.id, ownerId: c.ownerId, createdAt: c.createdAt} DELETE erases }
REMOVE e.upto
SET e.status = 'DONE', e.finishedAt = datetime({epochMillis: timestamp()})
RETURN e.id AS id
