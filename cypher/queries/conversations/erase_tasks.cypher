// Delete tasks that have no subtasks any more, their events before them, a thousand at once, and what nothing else is tied to.
CYPHER 25
MATCH (e:Erasure {id: $erasureId})
SET e.touchedAt = datetime()
WITH e, e.touchedAt AS locked
WITH e, COLLECT {
  MATCH (e)-[:DISMANTLES]->(t:Erased) WHERE NOT EXISTS { (t)-[:HAS_SUBTASK]->() } RETURN t LIMIT $limit
} AS tasks
CALL (tasks) {
  UNWIND tasks AS t
  MATCH (event:TaskEvent) WHERE event.taskId = t.id AND event.seq >= 0
  WITH event LIMIT 1000
  DELETE event
  RETURN count(*) AS events
}
WITH *, [t IN tasks WHERE NOT EXISTS { MATCH (x:TaskEvent) WHERE x.taskId = t.id AND x.seq >= 0 }] AS gone
WITH *, COLLECT { UNWIND gone AS t MATCH (t)-[:HAD_RUN]->(run:Run) RETURN run } AS runs,
  COLLECT { UNWIND gone AS t MATCH (t)-[:FILLED_IN]->(x:Template) RETURN DISTINCT x } AS templates,
  COLLECT { UNWIND gone AS t MATCH (t)-[:OFFERS]->(x:Tool) RETURN DISTINCT x } AS tools
CALL (gone) {
  UNWIND gone AS t
  MATCH ()-[found:REFERENCES]->() WHERE found.taskId = t.id
  DELETE found
}
FOREACH (n IN runs + gone | DETACH DELETE n)
WITH *, [x IN templates WHERE NOT EXISTS { (x)--() }] AS lastTemplates, [x IN tools WHERE NOT EXISTS { (x)--() }] AS lastTools
FOREACH (x IN lastTemplates + lastTools | DELETE x)
SET e.tasks = coalesce(e.tasks, 0) + size(gone), e.taskEvents = coalesce(e.taskEvents, 0) + events,
  e.runs = coalesce(e.runs, 0) + size(runs), e.templates = coalesce(e.templates, 0) + size(lastTemplates),
  e.tools = coalesce(e.tools, 0) + size(lastTools)
RETURN size(tasks) AS done
