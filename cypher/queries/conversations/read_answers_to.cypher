// The newest response to each of these prompts of an owner, the whole ones first.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (p:Prompt {id: id})
WHERE p.ownerId = $ownerId
RETURN id, head(COLLECT {
  MATCH (p)<-[:RESPONDS_TO]-(r:Response)
  RETURN r.id ORDER BY coalesce(r.status, 'COMPLETE') = 'COMPLETE' DESC, r.seq DESC LIMIT 1
}) AS responseId
