// How many subtasks of each of these tasks are in each state.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (t:Task {id: id, ownerId: $ownerId})
RETURN id, COLLECT {
  // A reader can meet a subtask before its properties, while the transaction that creates it is being applied.
  MATCH (t)-[:HAS_SUBTASK]->(s:Subtask) WHERE s.status IS NOT NULL
  WITH s.status AS status, count(*) AS count
  RETURN [status, count]
} AS counts
