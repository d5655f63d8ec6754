// A page of the subtasks of these tasks, each from an index on, with their calls and what they are tied to.
CYPHER 25
UNWIND $tasks AS task
CALL (task) {
  MATCH (s:Subtask) WHERE s.taskId = task.id AND s.index > task.after
  RETURN s ORDER BY s.taskId, s.index LIMIT $limit
}
WITH s LIMIT $limit
RETURN collect({as: 'Subtask', node: properties(s),
  out: COLLECT { MATCH (s)-[r:ASKED|DEPENDS_ON|REPLACES|COVERS|REUSED|SAW]->(x)
    RETURN [type(r), [name IN labels(x) WHERE name <> 'Message'][0], x.id, properties(r), null, x.conversationId, x.seq] },
  attempts: COLLECT { MATCH (s)-[:ATTEMPTED]->(a:Attempt) RETURN {as: 'Attempt', node: properties(a), out: COLLECT {
    MATCH (a)-[r:USED|PASSED_OVER|SAW|YIELDED|REPAIRS]->(x)
    RETURN [type(r), [name IN labels(x) WHERE name <> 'Message'][0], x.id, properties(r),
      CASE WHEN x:Model THEN properties(x) END, x.conversationId, x.seq] }} ORDER BY a.number }
}) AS rows
