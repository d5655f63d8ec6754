// A DYNAMIC task that got as far as a step has a plan, and no other has; what was followed is one version of its owner, with just that plan.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (t:Task)
  WHERE (t.strategy = 'DYNAMIC' AND t.plan IS NULL AND EXISTS { (t)-[:HAS_SUBTASK]->({kind: 'step'}) })
    OR (t.strategy <> 'DYNAMIC' AND t.plan IS NOT NULL)
  RETURN t.id AS id
  UNION ALL
  MATCH (t:Task)-[:FOLLOWED]->(s)
  WHERE s.ownerId <> t.ownerId OR s.plan <> t.plan OR COUNT { (t)-[:FOLLOWED]->() } > 1
  RETURN t.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
