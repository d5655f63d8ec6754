// The task's prompt that each of these prompts is a piece of.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
MATCH (m)-[:DECOMPOSES]->(other:Message)
RETURN id, min(other.id) AS promptId
