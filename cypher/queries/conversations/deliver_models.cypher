// Models that arrive: the id is the name. What is known of one already stays as it is.
CYPHER 25
MATCH (d:Delivery {id: $deliveryId})
UNWIND $rows AS row
MERGE (s:Model {id: row.id})
  ON CREATE SET s += row.properties
MERGE (d)-[:BRINGS]->(s)
RETURN collect([row.fileId, elementId(s), s.id]) AS found
