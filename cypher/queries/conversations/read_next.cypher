// The newest message after each of these.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})
WHERE m.ownerId = $ownerId
RETURN id, head(COLLECT {
  MATCH (m)<-[:CONTINUES|RESPONDS_TO]-(x:Message)
  RETURN x.id ORDER BY x.seq DESC LIMIT 1
}) AS nextId
