// Tools that arrive: an owner has each name once.
CYPHER 25
MATCH (d:Delivery {id: $deliveryId})
UNWIND $rows AS row
MERGE (s:Tool {ownerId: d.ownerId, name: row.name})
  ON CREATE SET s += row.properties
MERGE (d)-[:BRINGS]->(s)
RETURN collect([row.fileId, elementId(s), s.id]) AS found
