// A subtask depends on earlier subtasks of its own task alone, and takes the place of ones that were too long.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (s:Subtask)-[:DEPENDS_ON]->(d)
  WHERE d.index >= s.index OR NOT EXISTS { (d)<-[:HAS_SUBTASK]-()-[:HAS_SUBTASK]->(s) }
  RETURN s.id AS id
  UNION ALL
  MATCH (s:Subtask)-[:REPLACES]->(f)
  WHERE f.status <> 'FAILED' OR coalesce(f.errorCode, '') <> 'CONTEXT_OVERFLOW' OR NOT EXISTS { (s)<-[:HAS_SUBTASK]-()-[:HAS_SUBTASK]->(f) }
  RETURN s.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
