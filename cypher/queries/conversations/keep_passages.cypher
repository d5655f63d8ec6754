// Keep the passages of a conversation's next messages and summaries, unless somebody else has.
CYPHER 25
MATCH (c:Conversation {id: $conversationId})
// This locks the conversation: nothing of it is deleted meanwhile.
SET c.searchedSeq = coalesce(c.searchedSeq, 0)
WITH c WHERE c.searchedSeq = $low
SET c.searchedSeq = $upto
WITH c
UNWIND $batch.rows AS row
OPTIONAL MATCH (m:Message {id: row.of})
OPTIONAL MATCH (s:Summary {id: row.of})
WITH c, row, coalesce(m, s) AS text
WHERE text IS NOT NULL
CREATE (p:Passage {id: row.id, createdAt: datetime({epochMillis: $at}), ownerId: c.ownerId, conversationId: c.id,
  kind: row.kind, day: row.day, start: row.start, end: row.end,
  keys: row.keys, terms: row.terms, parts: row.parts, embeddedAs: ''})
CREATE (p)-[:OF]->(text)
