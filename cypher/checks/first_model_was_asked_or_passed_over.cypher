// Where a later model was asked, those before it were asked too, or passed over with a reason, or were too small.
// Of attempts since V011: older versions did not write it down.
CYPHER 25
CALL () {
  MATCH (since:Migration {version: 11})
  MATCH (t:Task)-[:HAS_SUBTASK]->(s)-[:ATTEMPTED]->(a)-[:USED]->(m) WHERE a.createdAt > since.appliedAt AND m.id <> coalesce(s.model, t.model)
  WITH s, a, m, [coalesce(s.model, t.model)] + t.fallbackModels AS ladder
  UNWIND ladder[..head([i IN range(0, size(ladder) - 1) WHERE ladder[i] = m.id])] AS before
  WITH s, a, before
  WHERE NOT EXISTS { (s)-[:ATTEMPTED]->(x) WHERE x.number < a.number AND (x.errorCode = 'CONTEXT_OVERFLOW' OR EXISTS { (x)-[:USED]->({id: before}) }) }
    AND NOT EXISTS { (s)-[:ATTEMPTED]->(x) WHERE x.number <= a.number AND EXISTS { (x)-[:PASSED_OVER]->({id: before}) } }
  RETURN a.id AS id
  UNION ALL
  MATCH (a:Attempt)-[over:PASSED_OVER]->(m) WHERE coalesce(over.reason, '') = '' OR EXISTS { (a)-[:USED]->(m) }
  RETURN a.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
