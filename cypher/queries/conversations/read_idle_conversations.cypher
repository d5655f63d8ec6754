// Some conversations of an owner that have no days of their own, and to which nothing was added since $before (ms since 1970).
CYPHER 25
RETURN COLLECT {
  MATCH (c:Conversation)
  WHERE c.ownerId = $ownerId AND c.updatedAt < datetime({epochMillis: $before}) AND c.id > ''
    AND coalesce(c.importedAt < datetime({epochMillis: $before}), true)
  WITH c ORDER BY c.ownerId, c.updatedAt, c.id
  WITH c WHERE c.keepDays IS NULL LIMIT $limit
  RETURN c.id
} AS ids
