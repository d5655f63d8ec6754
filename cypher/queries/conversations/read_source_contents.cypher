// The whole texts of the sources of these ids that the owner's tasks read.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (s:Source {id: id})
WHERE s.ownerId = $ownerId
RETURN id, s.text AS text
