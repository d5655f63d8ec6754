// Kept plans that arrive. One whose name the owner has given to another is not the current one of that name.
CYPHER 25
MATCH (d:Delivery {id: $deliveryId})
UNWIND $rows AS row
OPTIONAL MATCH (other:Strategy {ownerId: d.ownerId, currentName: row.currentName})
WITH d, row, CASE WHEN other IS NULL OR other.id = row.id THEN row.currentName END AS currentName
MERGE (s:Strategy {id: row.id})
  ON CREATE SET s += row.properties, s.currentName = currentName
MERGE (d)-[:BRINGS]->(s)
RETURN collect([row.fileId, elementId(s), s.id]) AS found
