// The owner's conversations of these ids.
CYPHER 25
RETURN COLLECT {
  UNWIND $batch.ids AS id
  MATCH (c:Conversation {id: id, ownerId: $ownerId})
  // Read first: whatever the rest does not show yet has a number above it.
  WITH c, c.lastSeq AS seq
  RETURN c {.id, seq: seq, .title, .metadata, .keepDays, .defaultBranchId, createdAt: c.createdAt.epochMillis, updatedAt: c.updatedAt.epochMillis}
} AS rows
