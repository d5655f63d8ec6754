// What the model thought before each of these responses, where that is kept.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Response {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
WHERE m.reasoning IS NOT NULL
RETURN id, m.reasoning AS reasoning
