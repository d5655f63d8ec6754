// A run is of one task, has one answer at most and left subtasks of that task alone; it began and ended before the next.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (run:Run)
  WHERE COUNT { (run)<-[:HAD_RUN]-(:Task) } <> 1 OR COUNT { (run)-[:RESULTED_IN]->() } > 1
    OR EXISTS { (run)-[:LEFT]->(s) WHERE NOT EXISTS { (s)<-[:HAS_SUBTASK]-()-[:HAD_RUN]->(run) } }
  RETURN run.id AS id
  UNION ALL
  MATCH (t:Task)-[:HAD_RUN]->(run)
  WHERE run.startedAt > run.finishedAt OR run.startedAt < t.createdAt OR t.retriedAt < run.finishedAt
    OR EXISTS { (t)-[:HAD_RUN]->(next) WHERE next.number = run.number + 1 AND next.finishedAt < run.finishedAt }
  RETURN run.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
