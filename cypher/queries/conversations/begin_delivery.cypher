// Begin what arrives of a conversation: nobody sees it until it is whole.
CYPHER 25
MERGE (d:Delivery {id: $deliveryId})
  ON CREATE SET d.ownerId = $ownerId, d.conversationId = $conversationId, d.line = 0, d.sha256 = '',
    d.createdAt = datetime({epochMillis: timestamp()}), d.touchedAt = timestamp()
SET d.importId = $importId
RETURN d.line AS line
