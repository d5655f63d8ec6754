// The documents of these ids, each with the text that it has now.
CYPHER 25
RETURN COLLECT {
  UNWIND $batch.ids AS id
  MATCH (d:Document {id: id})-[:NEWEST]->(s:Source)
  WHERE d.ownerId = $ownerId
  RETURN d {.id, .name, .conversationId, .versions, createdAt: d.createdAt.epochMillis, sourceId: s.id}
} AS rows
