// Say that a conversation has arrived in whole: from now on it is only shown.
CYPHER 25
MATCH (d:Delivery {id: $deliveryId})
SET d.isLanding = true, d.importId = $importId, d.touchedAt = timestamp()
RETURN d.line AS line
