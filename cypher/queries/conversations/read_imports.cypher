// The owner's imports of these ids.
CYPHER 25
RETURN COLLECT {
  UNWIND $batch.ids AS id
  MATCH (i:Import {id: id, ownerId: $ownerId})
  RETURN i {.*, createdAt: i.createdAt.epochMillis, finishedAt: i.finishedAt.epochMillis}
} AS rows
