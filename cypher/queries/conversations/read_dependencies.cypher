// A page of the subtasks that each of these depends on, by their index.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (s:Subtask {id: id})<-[:HAS_SUBTASK]-(:Task {ownerId: $ownerId})
RETURN id, COLLECT {
  MATCH (s)-[:DEPENDS_ON]->(other:Subtask)
  WITH DISTINCT other, [other.index] AS key
  WHERE key > $page.low AND key < $page.high
  RETURN other {.id, .index} ORDER BY CASE WHEN $page.up > 0 THEN key END, key DESC LIMIT $page.up + $page.down
} AS rows
