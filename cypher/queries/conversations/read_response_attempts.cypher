// The attempt that yielded each of these responses.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
MATCH (m)<-[:YIELDED]-(a:Attempt)
RETURN id, a.id AS attemptId
