// Let attempts that saw their path from a message on which is deleted alone see it from what went on from that: with the deletion, in one transaction.
CYPHER 25
MATCH (e:Erasure {id: $erasureId})
SET e.touchedAt = datetime()
WITH e.touchedAt AS held
MATCH (c:Conversation {id: $conversationId})
// This locks the conversation: nobody begins to see it meanwhile.
SET c.lastSeq = c.lastSeq
WITH c.lastSeq AS locked
UNWIND $messages AS row
MATCH (m:Message {id: row.id})<-[:SAW {as: 'VERBATIM'}]-(attempt)
WITH attempt, COLLECT {
  MATCH (m)<-[:RESPONDS_TO]-{0,1}()<-[:CONTINUES]-(next:Prompt)
  WHERE NOT next.id IN [row IN $messages | row.id]
  RETURN next ORDER BY next.seq LIMIT 2
} AS below, head(COLLECT { MATCH (above:Message {id: row.leads}) RETURN above }) AS above
// Where the path forks there, what is above it is on each side.
WITH attempt, CASE WHEN size(below) = 1 OR above IS NULL THEN head(below) ELSE above END AS oldest
WHERE oldest IS NOT NULL
MERGE (attempt)-[:SAW {as: 'VERBATIM'}]->(oldest)
RETURN count(*) AS count
