// Of these owners those with a conversation that changed after the moment that is known, and when one did last.
CYPHER 25
UNWIND $batch.rows AS row
WITH row.ownerId AS owner, head(COLLECT {
  MATCH (c:Conversation)
  WHERE c.ownerId = row.ownerId AND c.changedAt > datetime({epochMillis: row.since})
  RETURN c.changedAt.epochMillis ORDER BY c.ownerId DESC, c.changedAt DESC LIMIT 1
}) AS at
WHERE at IS NOT NULL
RETURN owner, at
