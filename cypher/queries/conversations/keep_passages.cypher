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
MERGE (p:Passage {id: row.id})
  ON CREATE SET p.createdAt = datetime({epochMillis: $at}), p.ownerId = c.ownerId, p.conversationId = c.id, p.kind = row.kind,
    p.day = row.day, p.start = row.start, p.end = row.end, p.keys = row.keys, p.terms = row.terms, p.parts = row.parts,
    p.embeddedAs = ''
MERGE (p)-[:OF]->(text)
