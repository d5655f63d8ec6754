// Templates that arrive: the id is made of the texts.
CYPHER 25
MATCH (d:Delivery {id: $deliveryId})
UNWIND $rows AS row
MERGE (s:Template {id: row.id})
  ON CREATE SET s += row.properties
MERGE (d)-[:BRINGS]->(s)
RETURN collect([row.fileId, elementId(s), s.id]) AS found
