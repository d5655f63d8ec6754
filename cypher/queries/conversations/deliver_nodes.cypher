// Write nodes of a conversation that arrives, without their labels.
CYPHER 25
MATCH (d:Delivery {id: $deliveryId})
// This locks the delivery: the same file may be arriving twice.
SET d.touchedAt = timestamp()
WITH d WHERE d.line = $line AND d.isLanding IS NULL
UNWIND $rows AS row
MERGE (n:Incoming {incomingTo: $deliveryId, incomingAs: row.as, incomingId: row.id})
SET n += row.properties
FOREACH (name IN keys(row.moments) | SET n[name] = datetime(row.moments[name]))
