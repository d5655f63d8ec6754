// Sources that arrive: an owner has each text once.
CYPHER 25
MATCH (d:Delivery {id: $deliveryId})
UNWIND $rows AS row
MERGE (s:Source {ownerId: d.ownerId, sha256: row.sha256})
  ON CREATE SET s += row.properties
MERGE (d)-[:BRINGS]->(s)
RETURN collect([row.fileId, elementId(s), s.id]) AS found
