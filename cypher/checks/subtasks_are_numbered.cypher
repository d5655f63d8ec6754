// A subtask is of one task; subtasks of a task are numbered from 0 on, each with a key of its own.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (s:Subtask) WHERE COUNT { (s)<-[:HAS_SUBTASK]-(:Task) } <> 1
  RETURN s.id AS id
  UNION ALL
  MATCH (t:Task) WHERE EXISTS { (t)-[:HAS_SUBTASK]->() }
  WITH t, COLLECT { MATCH (t)-[:HAS_SUBTASK]->(s) RETURN s.index ORDER BY s.index } AS places
  WHERE places <> range(0, size(places) - 1) OR COUNT { MATCH (t)-[:HAS_SUBTASK]->(s) RETURN DISTINCT s.key } <> size(places)
  RETURN t.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
