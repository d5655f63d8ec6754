// Show the conversations of a delivery, whose nodes have their labels, and forget how they arrived.
CYPHER 25
MATCH (d:Delivery {id: $deliveryId})
SET d.touchedAt = timestamp()
WITH d
MATCH (c:Incoming) WHERE c.incomingTo = d.id AND c.incomingAs = 'Conversation' AND c.incomingId >= ''
// It counts as added to today, as all that is imported does: its days begin now.
SET c:Conversation, c.changedAt = datetime({epochMillis: timestamp()}), c.importedAt = datetime({epochMillis: timestamp()})
REMOVE c:Incoming, c.incomingTo, c.incomingAs, c.incomingId
WITH d, c
OPTIONAL MATCH (i:Import {id: d.importId})
FOREACH (it IN CASE WHEN i IS NULL THEN [] ELSE [i] END | CREATE (c)-[:IMPORTED_BY {made: true, leftLinks: $leftLinks}]->(it))
WITH d, count(c) AS shown
DETACH DELETE d
RETURN shown
