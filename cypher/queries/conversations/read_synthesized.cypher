// The responses that each of these responses was made of.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
RETURN id, COLLECT { MATCH (m)-[:SYNTHESIZES]->(other:Message) RETURN other.id ORDER BY other.id LIMIT $first } AS ids
