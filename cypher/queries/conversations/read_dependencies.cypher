// The subtasks that each of these depends on.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (s:Subtask {id: id})<-[:HAS_SUBTASK]-(:Task {ownerId: $ownerId})
RETURN id, COLLECT { MATCH (s)-[:DEPENDS_ON]->(d:Subtask) RETURN d.id ORDER BY d.index LIMIT $first } AS ids
