// Delete events of tasks that ended before $before (ms since 1970), so many at once that nobody waits for it. A task keeps the number of its last one.
CYPHER 25
MATCH (t:Task) WHERE t.keepsEvents = true AND t.finishedAt < datetime({epochMillis: $before})
WITH t ORDER BY t.keepsEvents, t.finishedAt LIMIT 100
CALL (t) {
  MATCH (e:TaskEvent) WHERE e.taskId = t.id AND e.seq >= 0
  WITH e ORDER BY e.taskId, e.seq LIMIT $limit
  WITH e, e.seq AS seq
  DELETE e
  RETURN count(*) AS deleted, max(seq) AS last
}
WITH t, deleted, last, EXISTS { MATCH (e:TaskEvent) WHERE e.taskId = t.id AND e.seq >= 0 } AS keeps
FOREACH (x IN CASE WHEN keeps THEN [] ELSE [1] END | SET t.endSeq = last REMOVE t.keepsEvents)
RETURN sum(deleted) AS deleted, count(t) AS tasks
