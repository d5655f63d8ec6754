// The sources that each of these tasks reads, without their texts.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (t:Task {id: id, ownerId: $ownerId})
RETURN id, COLLECT {
  MATCH (t)-[reads:READS]->(s:Source)
  RETURN s {.id, .title, name: reads.name, .mediaType, .bytes, .sha256, .length, createdAt: s.createdAt.epochMillis}
  ORDER BY reads.index LIMIT $first
} AS rows
