// Where the sides of these merges disagree: the links that were found for each prompt, and the names that its sides had.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (p:Prompt {id: id, ownerId: $ownerId})<-[:ASKED]-(t:Task) WHERE t.reconcile
RETURN id, {
  names: COLLECT { MATCH (p)-[up:CONTINUES]->() RETURN coalesce(up.label, '') ORDER BY up.index },
  links: COLLECT {
    MATCH (a:Message)-[r:REFERENCES]->(b:Message) WHERE r.taskId = t.id
    WITH r ORDER BY r.conflict, r.fromSide, r.toSide, r.id
    RETURN r {.conflict, .note, .fromSide, .fromSays, .fromId, .toSide, .toSays, .toId}
  }
} AS found
