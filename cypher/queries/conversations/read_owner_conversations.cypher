// A page of the owner's conversations, newest first, below the id $before; times in milliseconds since 1970.
CYPHER 25
RETURN COLLECT {
  MATCH (c:Conversation)
  WHERE c.ownerId = $ownerId AND c.id < $before
    AND ($title IS NULL OR toLower(c.title) CONTAINS toLower($title))
    AND ($createdFrom IS NULL OR c.createdAt.epochMillis >= $createdFrom)
    AND ($createdBefore IS NULL OR c.createdAt.epochMillis < $createdBefore)
  WITH c ORDER BY c.ownerId DESC, c.id DESC LIMIT $limit
  RETURN c {.id, .title, .metadata, createdAt: c.createdAt.epochMillis, updatedAt: c.updatedAt.epochMillis}
} AS rows
