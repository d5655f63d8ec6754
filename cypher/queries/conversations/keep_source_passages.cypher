// Keep the next passages of a source, unless somebody else has.
CYPHER 25
MATCH (s:Source {id: $sourceId})
// This locks the source: it is not deleted meanwhile.
SET s.searchedTo = coalesce(s.searchedTo, 0)
WITH s WHERE s.searchedTo = $low
SET s.searchedTo = $upto
WITH s
UNWIND $batch.rows AS row
CREATE (p:Passage {id: row.id, createdAt: datetime({epochMillis: $at}), ownerId: s.ownerId, conversationId: '',
  kind: row.kind, day: row.day, start: row.start, end: row.end,
  keys: row.keys, terms: row.terms, parts: row.parts, embeddedAs: ''})
CREATE (p)-[:OF]->(s)
