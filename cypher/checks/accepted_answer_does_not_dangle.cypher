// What was accepted in a task that has an answer went into something, or was set aside; nothing rests on what was set aside.
// Of finished tasks.
CYPHER 25
CALL () {
  MATCH (t:Task) WHERE t.unfinished IS NULL AND t.status IN ['SUCCEEDED', 'PARTIAL'] AND EXISTS { (t)-[:RESULTED_IN]->() }
  MATCH (t)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->({status: 'SUCCEEDED'})-[:YIELDED]->(r)
  WHERE NOT EXISTS { (r)<-[:RESULTED_IN|SYNTHESIZES|USES|SET_ASIDE|MADE_FROM]-() }
  RETURN r.id AS id
  UNION ALL
  MATCH (t:Task)-[:SET_ASIDE]->(r) WHERE t.unfinished IS NULL AND t.status IN ['SUCCEEDED', 'PARTIAL'] AND (
      EXISTS { (r)<-[:RESULTED_IN|SYNTHESIZES|USES|MADE_FROM]-() }
      OR NOT EXISTS { (r)<-[:YIELDED]-({status: 'SUCCEEDED'})<-[:ATTEMPTED]-()<-[:HAS_SUBTASK]-(t) })
  RETURN r.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
