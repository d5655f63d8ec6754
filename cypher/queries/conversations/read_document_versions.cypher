// A page of the versions of each of these documents, in order.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (d:Document {id: id, ownerId: $ownerId})
RETURN id, COLLECT {
  MATCH (d)-[v:HAS_VERSION]->(s:Source)
  WITH v, s, [v.number] AS key
  WHERE key > $page.low AND key < $page.high
  RETURN {number: v.number, since: v.since.epochMillis, sourceId: s.id}
  ORDER BY CASE WHEN $page.up > 0 THEN key END, key DESC LIMIT $page.up + $page.down
} AS rows
