// What a task waited for from its beginning to its end: of each subtask, the one that it waited for last.
// $ownerId STRING: whose task
// $taskId STRING = '': the task; empty is the newest that has ended
// $limit INTEGER 1..10000 = 1000: rows at most
// taskId STRING: the task
// step INTEGER: 1 for the subtask that began it
// subtaskId STRING: the subtask
// key STRING: what it is in its task
// status STRING: how it ended
// startedAt DATETIME: when it was asked first
// finishedAt DATETIME: when it ended
// waitedMs INTEGER (ms): from the end of the step before, or of the first from the task's beginning, to its start
// tookMs INTEGER (ms): from its start to its end
// share FLOAT: of the time that the task took, from 0 to 1
// In Neo4j Browser first: :params {ownerId: 'local', taskId: '', limit: 1000}
CYPHER 25
CALL () {
  MATCH (t:Task {id: $taskId, ownerId: $ownerId}) RETURN t
  UNION
  MATCH (t:Task) WHERE $taskId = '' AND t.ownerId = $ownerId AND t.id > '' AND t.finishedAt IS NOT NULL
  RETURN t ORDER BY t.ownerId DESC, t.id DESC LIMIT 1
}
CALL (t) {
  MATCH (t)-[:HAS_SUBTASK]->(s) WHERE s.finishedAt IS NOT NULL
  RETURN s AS last ORDER BY s.finishedAt DESC, s.id LIMIT 1
}
MATCH way = (last) ((x)-[:DEPENDS_ON]->(y) WHERE y.finishedAt IS NOT NULL AND NOT EXISTS {
  (x)-[:DEPENDS_ON]->(z) WHERE z.finishedAt > y.finishedAt OR (z.finishedAt = y.finishedAt AND z.id > y.id) }){0,} (first)
WHERE NOT EXISTS { (first)-[:DEPENDS_ON]->(z) WHERE z.finishedAt IS NOT NULL }
WITH t, reverse(nodes(way)) AS steps
UNWIND range(0, size(steps) - 1) AS i
WITH t, i, steps[i] AS s, CASE WHEN i = 0 THEN t.startedAt ELSE steps[i - 1].finishedAt END AS ready
// What was skipped or reused was never asked: it took no time of its own.
WITH t, i, s, ready, coalesce(s.startedAt, s.finishedAt) AS began
RETURN t.id AS taskId, i + 1 AS step, s.id AS subtaskId, s.key AS key, s.status AS status, s.startedAt AS startedAt, s.finishedAt AS finishedAt,
  CASE WHEN began > ready THEN began.epochMillis - ready.epochMillis ELSE 0 END AS waitedMs,
  s.finishedAt.epochMillis - began.epochMillis AS tookMs,
  CASE WHEN t.finishedAt > t.startedAt
    THEN round(toFloat(s.finishedAt.epochMillis - began.epochMillis) / (t.finishedAt.epochMillis - t.startedAt.epochMillis), 4) END AS share
ORDER BY step
LIMIT $limit
