// Write the subtasks that a strategy asked for, all of one unfinished task; those that are there already stay as they are.
CYPHER 25
MATCH (:Task {id: $batch.taskId})<-[:HAS_TASK]-(c:Conversation)
SET c.lastSeq = c.lastSeq + 1
// The task is looked up behind the lock: what was read before it may be what another process has just changed.
WITH c.lastSeq AS locked
MATCH (t:Task {id: $batch.taskId}) WHERE t.unfinished
UNWIND $batch.rows AS row
CALL (row, t) {
  MERGE (s:Subtask {id: row.id})
    ON CREATE SET s.taskId = t.id, s.key = row.key, s.index = row.index, s.title = row.title, s.kind = row.kind,
      s.part = row.part, s.parts = row.parts, s.brief = row.brief, s.item = row.item, s.model = row.model,
      s.responseFormat = row.responseFormat, s.responseSchema = row.responseSchema,
      s.status = row.status, s.createdAt = datetime({epochMillis: row.at}), s.fresh = true
  WITH row, t, s WHERE s.fresh
  REMOVE s.fresh
  CREATE (t)-[:HAS_SUBTASK]->(s)
  WITH row, s
  CALL (row, s) {
    UNWIND row.spans AS span
    MATCH (source:Source {id: span.sourceId})
    CREATE (s)-[:COVERS {index: span.index, reading: span.reading, start: span.start, end: span.end, label: span.label}]
      ->(source)
  }
  WITH row, s
  MATCH (failed:Subtask {id: row.replaces})
  CREATE (s)-[:REPLACES]->(failed)
}
WITH row
UNWIND row.dependsOn AS dependency
MATCH (s:Subtask {id: row.id}), (d:Subtask {id: dependency.id})
// The place among the answers that go into its prompt; what is only waited for has none.
MERGE (s)-[needs:DEPENDS_ON]->(d) ON CREATE SET needs.place = dependency.place
