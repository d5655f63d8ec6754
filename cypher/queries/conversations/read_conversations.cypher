// The owner's conversations of these ids.
CYPHER 25
RETURN COLLECT {
  UNWIND $batch.ids AS id
  MATCH (c:Conversation {id: id, ownerId: $ownerId})
  RETURN c {.id, .title, .metadata, createdAt: c.createdAt.epochMillis, updatedAt: c.updatedAt.epochMillis}
} AS rows
