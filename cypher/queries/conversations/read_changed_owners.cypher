// Of these owners those with a conversation that changed, or was deleted, after the moment that is known, and when one did last.
CYPHER 25
UNWIND $batch.rows AS row
WITH row.ownerId AS owner, COLLECT {
  CALL (row) {
    MATCH (c:Conversation)
    WHERE c.ownerId = row.ownerId AND c.changedAt > datetime({epochMillis: row.since}) AND c.id > ''
    RETURN c.changedAt.epochMillis AS at ORDER BY c.ownerId DESC, c.changedAt DESC LIMIT 1
    UNION ALL
    MATCH (e:Erasure)
    WHERE e.ownerId = row.ownerId AND e.changedAt > datetime({epochMillis: row.since})
    RETURN e.changedAt.epochMillis AS at ORDER BY e.ownerId DESC, e.changedAt DESC LIMIT 1
  }
  RETURN at ORDER BY at DESC LIMIT 1
} AS found
WHERE found <> []
RETURN owner, found[0] AS at
