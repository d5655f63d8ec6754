// What each of these messages rests on: who made it, any of whom is enough, and which messages correct it.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id, ownerId: $ownerId})
RETURN id, {
  corrections: COLLECT { MATCH (m)<-[:REFERENCES {kind: 'corrects'}]-(c:Message) RETURN c.id },
  subtasks: COLLECT {
    MATCH (m)<-[:YIELDED]-(:Attempt)<-[:ATTEMPTED]-(s:Subtask) RETURN s.id AS one
    UNION
    MATCH (m)<-[:REUSED]-(s:Subtask) RETURN s.id AS one
  },
  // An answer that was put together: of the task, or of a run before a retry.
  tasks: COLLECT {
    MATCH (m)<-[:RESULTED_IN]-(t:Task) WHERE NOT EXISTS { (m)<-[:YIELDED|REUSED]-() } RETURN t.id AS one
    UNION
    MATCH (m)<-[:RESULTED_IN]-(:Run)<-[:HAD_RUN]-(t:Task) WHERE NOT EXISTS { (m)<-[:YIELDED|REUSED]-() } RETURN t.id AS one
  }
} AS rests
