// Keep the vectors of passages; one without a vector is not asked about again until the model changes.
CYPHER 25
UNWIND $batch.rows AS row
MATCH (p:Passage {id: row.id})
SET p.embeddedAs = $model
WITH p, row WHERE row.vector IS NOT NULL
CALL db.create.setNodeVectorProperty(p, $property, row.vector)
