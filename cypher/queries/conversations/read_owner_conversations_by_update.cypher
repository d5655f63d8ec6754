// A page of the owner's conversations by their last activity; times in milliseconds since 1970.
CYPHER 25
RETURN COLLECT {
  // One of the two reads nothing; the index has the order of both.
  CALL () {
    MATCH (c:Conversation)
    WHERE c.ownerId = $ownerId AND c.id > ''
      AND c.updatedAt >= datetime({epochMillis: $page.low[0]}) AND c.updatedAt <= datetime({epochMillis: $page.high[0]})
      AND [c.updatedAt.epochMillis, c.id] > $page.low AND [c.updatedAt.epochMillis, c.id] < $page.high
      AND ($title IS NULL OR toLower(c.title) CONTAINS toLower($title))
      AND ($createdFrom IS NULL OR c.createdAt.epochMillis >= $createdFrom)
      AND ($createdBefore IS NULL OR c.createdAt.epochMillis < $createdBefore)
    RETURN c ORDER BY c.ownerId, c.updatedAt, c.id LIMIT $page.up
    UNION ALL
    MATCH (c:Conversation)
    WHERE c.ownerId = $ownerId AND c.id > ''
      AND c.updatedAt >= datetime({epochMillis: $page.low[0]}) AND c.updatedAt <= datetime({epochMillis: $page.high[0]})
      AND [c.updatedAt.epochMillis, c.id] > $page.low AND [c.updatedAt.epochMillis, c.id] < $page.high
      AND ($title IS NULL OR toLower(c.title) CONTAINS toLower($title))
      AND ($createdFrom IS NULL OR c.createdAt.epochMillis >= $createdFrom)
      AND ($createdBefore IS NULL OR c.createdAt.epochMillis < $createdBefore)
    RETURN c ORDER BY c.ownerId DESC, c.updatedAt DESC, c.id DESC LIMIT $page.down
  }
  RETURN c {.id, .title, .metadata, .keepDays, .defaultBranchId, createdAt: c.createdAt.epochMillis, updatedAt: c.updatedAt.epochMillis}
} AS rows
