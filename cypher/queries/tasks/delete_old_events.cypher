// Delete events of tasks that ended before $before (ms since 1970), so many at once that nobody waits for it.
CYPHER 25
MATCH (t:Task) WHERE t.keepsEvents = true AND t.finishedAt < datetime({epochMillis: $before})
WITH t ORDER BY t.keepsEvents, t.finishedAt LIMIT 100
CALL (t) {
  MATCH (e:TaskEvent) WHERE e.taskId = t.id AND e.seq >= 0
  WITH e LIMIT $limit
  DELETE e
  RETURN count(*) AS deleted
}
FOREACH (x IN CASE WHEN deleted < $limit THEN [1] ELSE [] END | REMOVE t.keepsEvents)
RETURN sum(deleted) AS deleted, count(t) AS tasks
