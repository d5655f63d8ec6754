// Attempts of a subtask are numbered from 1 on; each began when the one before it had ended (or was taken for dead), the last alone may be under way.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (s:Subtask) WHERE EXISTS { (s)-[:ATTEMPTED]->() }
  WITH s, COLLECT { MATCH (s)-[:ATTEMPTED]->(a) RETURN a.number ORDER BY a.number } AS numbers
  WHERE numbers <> range(1, size(numbers))
  RETURN s.id AS id
  UNION ALL
  MATCH (s:Subtask)-[:ATTEMPTED]->(next) WHERE next.number > 1 AND EXISTS { (s)-[:ATTEMPTED]->(a)
    WHERE a.number = next.number - 1 AND (next.startedAt < a.startedAt OR (a.status <> 'INTERRUPTED' AND next.startedAt < a.finishedAt)) }
  RETURN next.id AS id
  UNION ALL
  MATCH (t:Task)-[:HAS_SUBTASK]->(s) WHERE EXISTS { (s)-[:ATTEMPTED]->({status: 'RUNNING'}) }
    AND (s.status <> 'RUNNING' OR t.unfinished IS NULL OR COUNT { (s)-[:ATTEMPTED]->({status: 'RUNNING'}) } > 1)
  RETURN s.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
