// How many calls of a task were under way at once, against how many were asked for; the newest task first.
// $ownerId STRING: whose tasks
// $days INTEGER 0..100000 = 30: tasks of the last so many days; 0 is all
// $limit INTEGER 1..10000 = 100: rows at most
// taskId STRING: the task
// title STRING: its title
// strategy STRING: its strategy
// asked INTEGER: subtasks at once, as the task was set
// reached INTEGER: calls that were under way at once, at most
// average FLOAT: the time of all calls, by the time from the first call to the end of the last
// calls INTEGER: calls that ended
// busyMs INTEGER (ms): from the first call to the end of the last
// In Neo4j Browser first: :params {ownerId: 'local', days: 30, limit: 100}
CYPHER 25
MATCH (t:Task)
WHERE t.ownerId = $ownerId AND t.id > ''
  AND t.createdAt >= CASE WHEN $days > 0 THEN datetime() - duration({days: $days}) ELSE datetime({epochMillis: 0}) END
  AND EXISTS { (t)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->() }
WITH t ORDER BY t.ownerId DESC, t.id DESC LIMIT $limit
CALL (t) {
  MATCH (t)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(a:Attempt) WHERE a.finishedAt IS NOT NULL
  // A call begins when its turn has come, not when its attempt was written.
  WITH CASE WHEN a.latencyMs IS NULL THEN a.startedAt.epochMillis ELSE a.finishedAt.epochMillis - a.latencyMs END AS began,
    a.finishedAt.epochMillis AS ended
  WITH began, CASE WHEN ended > began THEN ended ELSE began + 1 END AS ended
  UNWIND [[began, 1], [ended, -1]] AS event
  // What ends in the same millisecond as another begins is not beside it.
  WITH began, ended, event ORDER BY event[0], event[1]
  WITH collect(event) AS events, min(began) AS first, max(ended) AS last, sum(ended - began) / 2 AS together, count(*) / 2 AS calls
  RETURN reduce(now = [0, 0], e IN events | [now[0] + e[1], CASE WHEN now[0] + e[1] > now[1] THEN now[0] + e[1] ELSE now[1] END])[1] AS reached,
    calls, last - first AS busyMs, CASE WHEN last > first THEN round(toFloat(together) / (last - first), 2) END AS average
}
WITH * WHERE calls > 0
RETURN t.id AS taskId, t.title AS title, t.strategy AS strategy, t.maxParallel AS asked, reached, average, calls, busyMs
ORDER BY t.id DESC
