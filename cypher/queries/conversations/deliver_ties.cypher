// Write relationships between nodes that have arrived, or that several conversations share; those whose ends are there.
CYPHER 25
MATCH (d:Delivery {id: $deliveryId})
SET d.touchedAt = timestamp()
WITH d WHERE d.line = $line AND d.isLanding IS NULL
UNWIND $rows AS row
OPTIONAL MATCH (a:Incoming {incomingTo: $deliveryId, incomingAs: row.fromAs, incomingId: row.fromId})
OPTIONAL MATCH (b:Incoming {incomingTo: $deliveryId, incomingAs: row.toAs, incomingId: row.toId})
OPTIONAL MATCH (x) WHERE elementId(x) = row.fromShared
OPTIONAL MATCH (y) WHERE elementId(y) = row.toShared
WITH row, coalesce(x, a) AS start, coalesce(y, b) AS end,
  // What is shared may be tied already.
  x IS NOT NULL AND y IS NOT NULL AND EXISTS { (x)-[r]->(it) WHERE it = y AND type(r) = row.type } AS isTied
WHERE start IS NOT NULL AND end IS NOT NULL
CALL (row, start, end, isTied) {
  WITH * WHERE NOT isTied
  CREATE (start)-[r:$(row.type)]->(end)
  SET r = row.properties
}
RETURN collect(row.n) AS written
