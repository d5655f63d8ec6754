// The answers that go into a subtask's prompt have places from 0 on, and the prompt uses just those of them that were accepted.
// Of finished tasks.
CYPHER 25
CALL () {
  MATCH (t:Task) WHERE t.unfinished IS NULL
  MATCH (t)-[:HAS_SUBTASK]->(s) WHERE EXISTS { (s)-[:DEPENDS_ON]->() }
  WITH s, COLLECT { MATCH (s)-[d:DEPENDS_ON]->() WHERE d.place IS NOT NULL RETURN d.place ORDER BY d.place } AS places
  WHERE places <> CASE WHEN places = [] THEN [] ELSE range(0, size(places) - 1) END
  RETURN s.id AS id
  UNION ALL
  MATCH (t:Task) WHERE t.unfinished IS NULL
  MATCH (t)-[:HAS_SUBTASK]->(s)-[:ASKED]->(p) WHERE NOT s.kind IN ['direct', 'summary']
    // Two of them may have taken the same answer, which is used once then.
    AND COUNT { (p)-[:USES]->() } <> COUNT {
      MATCH (p)-[:USES]->(r) WHERE EXISTS { (r)<-[:REUSED]-()<-[d:DEPENDS_ON]-(s) WHERE d.place IS NOT NULL }
        OR EXISTS { (r)<-[:YIELDED]-(a)<-[:ATTEMPTED]-()<-[d:DEPENDS_ON]-(s) WHERE a.status = 'SUCCEEDED' AND d.place IS NOT NULL }
      RETURN DISTINCT r }
  RETURN s.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
