// Which of these ids are those of something already, or were, whoever owns it.
CYPHER 25
CALL () {
  MATCH (n:Conversation) WHERE n.id IN $ids RETURN n.id AS id
  UNION MATCH (n:Message) WHERE n.id IN $ids RETURN n.id AS id
  UNION MATCH (n:Branch) WHERE n.id IN $ids RETURN n.id AS id
  UNION MATCH (n:Task) WHERE n.id IN $ids RETURN n.id AS id
  UNION MATCH (n:Run) WHERE n.id IN $ids RETURN n.id AS id
  UNION MATCH (n:Subtask) WHERE n.id IN $ids RETURN n.id AS id
  UNION MATCH (n:Attempt) WHERE n.id IN $ids RETURN n.id AS id
  UNION MATCH (n:Summary) WHERE n.id IN $ids RETURN n.id AS id
  UNION MATCH (n:Claim) WHERE n.id IN $ids RETURN n.id AS id
  UNION MATCH (n:Annotation) WHERE n.id IN $ids RETURN n.id AS id
  UNION MATCH (n:Document) WHERE n.id IN $ids RETURN n.id AS id
  UNION MATCH (n:Source) WHERE n.id IN $ids RETURN n.id AS id
  UNION MATCH (n:Tool) WHERE n.id IN $ids RETURN n.id AS id
  UNION MATCH (n:Strategy) WHERE n.id IN $ids RETURN n.id AS id
  UNION MATCH (n:Erasure) WHERE n.id IN $ids RETURN n.id AS id
  UNION MATCH (n:Erasure) WHERE n.subjectId IN $ids RETURN n.subjectId AS id
  UNION MATCH (n:Erased) WHERE n.id IN $ids RETURN n.id AS id
  UNION MATCH ()-[r:REFERENCES]->() WHERE r.id IN $ids RETURN r.id AS id
}
RETURN collect(id) AS ids
