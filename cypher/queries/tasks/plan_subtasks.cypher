// Write the subtasks that a strategy asked for, of unfinished tasks that their process still holds; those that are there already stay as they are.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (:Task {id: row.taskId})<-[:HAS_TASK]-(c:Conversation)
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  // The task is looked up behind the lock: what was read before it may be what another process has just changed.
  WITH row, c.lastSeq AS locked, datetime({epochMillis: row.at}) AS at
  MATCH (t:Task {id: row.taskId}) WHERE t.unfinished AND t.leaseOwner = row.leaseOwner
  UNWIND row.subtasks AS new
  CALL (new, t, at) {
    MERGE (s:Subtask {id: new.id})
      ON CREATE SET s.taskId = t.id, s.key = new.key, s.index = new.index, s.title = new.title, s.kind = new.kind,
        s.identity = new.identity, s.part = new.part, s.parts = new.parts, s.brief = new.brief, s.item = new.item, s.model = new.model,
        s.responseFormat = new.responseFormat, s.responseSchema = new.responseSchema,
        s.status = new.status, s.createdAt = at, s.fresh = true
    WITH new, t, s WHERE s.fresh
    REMOVE s.fresh
    CREATE (t)-[:HAS_SUBTASK]->(s)
    WITH new, s
    CALL (new, s) {
      UNWIND new.spans AS span
      MATCH (source:Source {id: span.sourceId})
      CREATE (s)-[:COVERS {index: span.index, reading: span.reading, start: span.start, end: span.end, label: span.label}]
        ->(source)
    }
    WITH new, s
    MATCH (failed:Subtask {id: new.replaces})
    CREATE (s)-[:REPLACES]->(failed)
  }
  WITH new
  UNWIND new.dependsOn AS dependency
  MATCH (s:Subtask {id: new.id}), (d:Subtask {id: dependency.id})
  // The place among the answers that go into its prompt; what is only waited for has none.
  MERGE (s)-[needs:DEPENDS_ON]->(d) ON CREATE SET needs.place = dependency.place
}
RETURN collect({n: row.n}) AS written
