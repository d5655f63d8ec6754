// The task's prompt that each of these prompts is a piece of.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
RETURN id, COLLECT { MATCH (m)-[:DECOMPOSES]->(other:Message) RETURN other.id ORDER BY other.id LIMIT $first } AS ids
