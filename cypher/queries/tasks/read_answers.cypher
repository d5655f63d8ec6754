// The accepted answers of these subtasks, in the order given.
CYPHER 25
UNWIND range(0, size($batch.ids) - 1) AS i
MATCH (s:Subtask {id: $batch.ids[i]})
CALL (s) {
  // A call that answered after its task was cancelled may have answered beside the one of a retry.
  MATCH (s)-[:ATTEMPTED]->(a:Attempt {status: 'SUCCEEDED'})-[:YIELDED]->(r:Response)
  RETURN r ORDER BY a.number DESC LIMIT 1
  UNION ALL
  MATCH (s)-[:REUSED]->(r:Response)
  RETURN r
}
RETURN i, s.id AS subtaskId, s.key AS key, s.title AS title, r.id AS id, r.content AS text ORDER BY i
