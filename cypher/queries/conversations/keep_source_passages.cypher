// Keep the next passages of a source, unless somebody else has.
CYPHER 25
MATCH (s:Source {id: $sourceId})
// This locks the source: it is not deleted meanwhile.
SET s.searchedTo = coalesce(s.searchedTo, 0)
WITH s WHERE s.searchedTo = $low
SET s.searchedTo = $upto
WITH s
UNWIND $batch.rows AS row
MERGE (p:Passage {id: row.id})
  ON CREATE SET p.createdAt = datetime({epochMillis: $at}), p.ownerId = s.ownerId, p.conversationId = '', p.kind = row.kind,
    p.day = row.day, p.start = row.start, p.end = row.end, p.keys = row.keys, p.terms = row.terms, p.parts = row.parts,
    p.embeddedAs = ''
MERGE (p)-[:OF]->(s)
