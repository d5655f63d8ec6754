// Some conversations of an owner, the oldest first.
CYPHER 25
RETURN COLLECT {
  MATCH (c:Conversation)
  WHERE c.ownerId = $ownerId AND c.updatedAt IS NOT NULL AND c.id > ''
  WITH c ORDER BY c.ownerId, c.updatedAt, c.id LIMIT $limit
  RETURN c.id
} AS ids
