// Say that nothing more of a delivery arrives: it is deleted.
CYPHER 25
MATCH (d:Delivery {id: $deliveryId})
SET d.touchedAt = 0, d.line = -1
RETURN d.line AS line
