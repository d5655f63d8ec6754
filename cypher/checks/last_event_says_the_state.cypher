// The last event of a finished task is its own, and says its state; the last of a subtask says that one's.
// Of finished tasks whose events are not deleted yet.
CYPHER 25
CALL () {
  MATCH (t:Task {keepsEvents: true}) WHERE t.unfinished IS NULL
  WITH t, head(COLLECT { MATCH (e:TaskEvent {taskId: t.id}) WHERE e.seq > 0 RETURN coalesce(e.type, '') + e.status ORDER BY e.seq DESC LIMIT 1 }) AS said
  WHERE said <> 'TASK' + t.status
  RETURN t.id AS id
  UNION ALL
  MATCH (t:Task {keepsEvents: true}) WHERE t.unfinished IS NULL
  CALL (t) {
    MATCH (e:TaskEvent {taskId: t.id}) WHERE e.seq > 0 AND e.subtaskId IS NOT NULL
    WITH e ORDER BY e.seq
    WITH e.subtaskId AS subtaskId, last(collect(e.status)) AS said
    MATCH (s:Subtask {id: subtaskId}) WHERE s.status <> said
    RETURN s
  }
  RETURN s.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
