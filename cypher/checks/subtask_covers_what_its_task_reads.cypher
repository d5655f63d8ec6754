// Spans that a subtask covers are numbered from 0 on, lie inside their source, and are of a reading of its task.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (s:Subtask) WHERE EXISTS { (s)-[:COVERS]->() }
  WITH s, COLLECT { MATCH (s)-[c:COVERS]->() RETURN c.index ORDER BY c.index } AS places WHERE places <> range(0, size(places) - 1)
  RETURN s.id AS id
  UNION ALL
  MATCH (t:Task)-[:HAS_SUBTASK]->(s)-[c:COVERS]->(source:Source)
  WHERE c.start IS NULL OR c.end IS NULL OR NOT 0 <= c.start < c.end OR c.end > source.length
    OR NOT EXISTS { (t)-[reading:READS]->(source) WHERE reading.index = c.reading }
  RETURN s.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
