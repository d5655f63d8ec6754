// A page of the sources that each of these tasks reads, in its order, without their texts.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (t:Task {id: id, ownerId: $ownerId})
RETURN id, COLLECT {
  MATCH (t)-[reads:READS]->(s:Source)
  WITH s, reads, [reads.index] AS key
  WHERE key > $page.low AND key < $page.high
  RETURN s {.id, .title, name: reads.name, .mediaType, .bytes, .sha256, .length, createdAt: s.createdAt.epochMillis,
    index: reads.index}
  ORDER BY CASE WHEN $page.up > 0 THEN key END, key DESC LIMIT $page.up + $page.down
} AS rows
