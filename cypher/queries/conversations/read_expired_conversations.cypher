// Some conversations of whatever owner that have days of their own, and to which nothing was added for so long.
CYPHER 25
RETURN COLLECT {
  MATCH (c:Conversation)
  WHERE c.keepDays > 0.0
  WITH c, $now - toInteger(c.keepDays * 86400000) AS before
  WHERE c.updatedAt < datetime({epochMillis: before}) AND coalesce(c.importedAt < datetime({epochMillis: before}), true)
  RETURN {id: c.id, ownerId: c.ownerId, keepDays: c.keepDays, before: before} LIMIT $limit
} AS rows
