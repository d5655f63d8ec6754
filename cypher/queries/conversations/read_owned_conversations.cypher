// Some conversations of an owner, the oldest first; with $before (ms since 1970) such as nothing was added to since.
CYPHER 25
RETURN COLLECT {
  MATCH (c:Conversation)
  WHERE c.ownerId = $ownerId AND c.updatedAt < datetime({epochMillis: $before}) AND c.id > ''
  WITH c ORDER BY c.ownerId, c.updatedAt, c.id LIMIT $limit
  RETURN c.id
} AS ids
