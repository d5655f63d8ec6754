// Which of these ids are those of something already, or were, whoever owns it.
CYPHER 25
UNWIND $ids AS id
CALL (id) {
  MATCH (:Conversation {id: id}) RETURN 1 AS taken
  UNION MATCH (:Message {id: id}) RETURN 1 AS taken
  UNION MATCH (:Branch {id: id}) RETURN 1 AS taken
  UNION MATCH (:Task {id: id}) RETURN 1 AS taken
  UNION MATCH (:Run {id: id}) RETURN 1 AS taken
  UNION MATCH (:Subtask {id: id}) RETURN 1 AS taken
  UNION MATCH (:Attempt {id: id}) RETURN 1 AS taken
  UNION MATCH (:Summary {id: id}) RETURN 1 AS taken
  UNION MATCH (:Claim {id: id}) RETURN 1 AS taken
  UNION MATCH (:Annotation {id: id}) RETURN 1 AS taken
  UNION MATCH (:Document {id: id}) RETURN 1 AS taken
  UNION MATCH (:Source {id: id}) RETURN 1 AS taken
  UNION MATCH (:Tool {id: id}) RETURN 1 AS taken
  UNION MATCH (:Strategy {id: id}) RETURN 1 AS taken
  UNION MATCH (:Erasure {id: id}) RETURN 1 AS taken
  UNION MATCH (:Erasure {subjectId: id}) RETURN 1 AS taken
  UNION MATCH (:Erased {id: id}) RETURN 1 AS taken
  UNION MATCH ()-[:REFERENCES {id: id}]->() RETURN 1 AS taken
}
RETURN collect(id) AS ids
