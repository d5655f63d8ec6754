// Which kind of node each of these ids names, if the owner may see it; then the kind's own query reads it.
CYPHER 25
UNWIND $batch.ids AS id
CALL (id) {
  MATCH (:Conversation {id: id, ownerId: $ownerId}) RETURN 'Conversation' AS kind
  UNION ALL
  MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId}) RETURN 'Message' AS kind
  UNION ALL
  MATCH (:Branch {id: id})-[:BRANCH_OF]->(:Conversation {ownerId: $ownerId}) RETURN 'Branch' AS kind
  UNION ALL
  MATCH (:Task {id: id, ownerId: $ownerId}) RETURN 'Task' AS kind
  UNION ALL
  MATCH (:Subtask {id: id})<-[:HAS_SUBTASK]-(:Task {ownerId: $ownerId}) RETURN 'Subtask' AS kind
  UNION ALL
  MATCH (:Attempt {id: id})<-[:ATTEMPTED]-(:Subtask)<-[:HAS_SUBTASK]-(:Task {ownerId: $ownerId})
  RETURN 'Attempt' AS kind
  UNION ALL
  MATCH (:Source {id: id, ownerId: $ownerId}) RETURN 'Source' AS kind
  UNION ALL
  MATCH (:Document {id: id, ownerId: $ownerId}) RETURN 'Document' AS kind
  UNION ALL
  MATCH (:Strategy {id: id, ownerId: $ownerId}) RETURN 'Strategy' AS kind
  UNION ALL
  MATCH (:Summary {id: id, ownerId: $ownerId}) RETURN 'Summary' AS kind
  UNION ALL
  MATCH (:Annotation {id: id, ownerId: $ownerId}) RETURN 'Annotation' AS kind
  UNION ALL
  MATCH (a:Message)-[:REFERENCES {id: id}]->(:Message)
  MATCH (a)-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId}) RETURN 'Link' AS kind
}
RETURN id, kind
