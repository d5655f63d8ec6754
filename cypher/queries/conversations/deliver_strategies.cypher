// Kept plans that arrive. Until they land none is found by its name, and none supersedes another.
CYPHER 25
MATCH (d:Delivery {id: $deliveryId})
UNWIND $rows AS row
OPTIONAL MATCH (there:Strategy {id: row.id})
// What another delivery has brought may not have landed: whoever is whole first lands it.
WITH d, row, there IS NULL OR EXISTS { (there)<-[:BRINGS]-(:Delivery) } AS isComing
MERGE (s:Strategy {id: row.id})
  ON CREATE SET s += row.properties, s.version = 1
FOREACH (_ IN CASE WHEN isComing THEN [1] ELSE [] END |
  MERGE (d)-[brings:BRINGS]->(s)
  SET brings.version = row.version, brings.currentName = row.currentName, brings.formerId = row.formerId)
RETURN collect([row.fileId, elementId(s), s.id, isComing OR EXISTS { (s)-[:IMPORTED_BY]->(:Import {id: $importId}) }]) AS found
