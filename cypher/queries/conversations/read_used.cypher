// The earlier responses that were put into each of these prompts.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
RETURN id, COLLECT { MATCH (m)-[:USES]->(other:Message) RETURN other.id ORDER BY other.id LIMIT $first } AS ids
