// The sources of these ids that the owner's tasks read, without their texts.
CYPHER 25
RETURN COLLECT {
  UNWIND $batch.ids AS id
  MATCH (s:Source {id: id})
  WHERE s.ownerId = $ownerId
  RETURN s {.id, .title, .mediaType, .bytes, .sha256, .length, createdAt: s.createdAt.epochMillis}
} AS rows
