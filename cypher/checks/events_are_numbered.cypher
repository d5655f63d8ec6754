// An event is of a task, and of a subtask of it; events of a finished task have numbers, each its own, none above the conversation's counter.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (e:TaskEvent)
  WHERE NOT EXISTS { (:Task {id: e.taskId}) }
    OR (e.subtaskId IS NOT NULL AND NOT EXISTS { (:Subtask {id: e.subtaskId})<-[:HAS_SUBTASK]-(:Task {id: e.taskId}) })
  RETURN e.taskId AS id
  UNION ALL
  MATCH (t:Task {keepsEvents: true})<-[:HAS_TASK]-(c) WHERE t.unfinished IS NULL
    AND (COUNT { MATCH (e:TaskEvent {taskId: t.id}) } <> COUNT { MATCH (e:TaskEvent {taskId: t.id}) RETURN DISTINCT e.seq }
      OR EXISTS { MATCH (e:TaskEvent {taskId: t.id}) WHERE e.seq > c.lastSeq })
  RETURN t.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
