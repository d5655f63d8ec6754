// A page of the owner's conversations after a moment of their last change, oldest change first; and what the clock of the graph says.
CYPHER 25
RETURN timestamp() AS now, COLLECT {
  MATCH (c:Conversation)
  WHERE c.ownerId = $ownerId AND c.changedAt >= datetime({epochMillis: $page.since}) AND c.id > ''
    AND [c.changedAt.epochMillis, c.id] > [$page.since, $page.id]
  WITH c ORDER BY c.ownerId, c.changedAt, c.id LIMIT $page.limit
  RETURN c {.id, .title, .metadata, .defaultBranchId, seq: c.lastSeq, changedAt: c.changedAt.epochMillis,
    createdAt: c.createdAt.epochMillis, updatedAt: c.updatedAt.epochMillis}
} AS rows
