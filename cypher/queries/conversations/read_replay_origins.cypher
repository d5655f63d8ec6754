// The response whose context was sent again for each of these responses.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
MATCH (m)-[:REPLAYS]->(other:Response)
RETURN id, min(other.id) AS messageId
