// An event is of a task, and of a subtask of it; events of a finished task have numbers, each its own, none above the conversation's counter.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (e:TaskEvent)
  WHERE NOT EXISTS { (:Task {id: e.taskId}) }
    OR (e.subtaskId IS NOT NULL AND NOT EXISTS { (:Subtask {id: e.subtaskId})<-[:HAS_SUBTASK]-(:Task {id: e.taskId}) })
  RETURN e.taskId AS id
  UNION ALL
  MATCH (e:TaskEvent)
  WITH e.taskId AS taskId, count(*) AS events, count(DISTINCT e.seq) AS numbers, max(e.seq) AS newest
  MATCH (t:Task {id: taskId, keepsEvents: true})<-[:HAS_TASK]-(c) WHERE t.unfinished IS NULL AND (numbers <> events OR newest > c.lastSeq)
  RETURN t.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
