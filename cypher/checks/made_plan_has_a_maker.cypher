// A plan that a model made says which task made it, and from which answer of a planner of that task.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (s:Strategy)
WHERE EXISTS { (s)-[:MADE_FROM]->() } <> EXISTS { (s)<-[:MADE]-() }
  OR EXISTS { (s)-[:MADE_FROM]->(r) WHERE NOT EXISTS { (r)<-[:YIELDED]-()<-[:ATTEMPTED]-({kind: 'plan'})<-[:HAS_SUBTASK]-()-[:MADE]->(s) }
    AND NOT EXISTS { (r)<-[:REUSED]-({kind: 'plan'})<-[:HAS_SUBTASK]-()-[:MADE]->(s) } }
RETURN count(*) AS count, collect(s.id)[..5] AS ids
