// The message in place of which each of these messages was written.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
MATCH (m)-[:REVISES]->(other:Message)
RETURN id, min(other.id) AS messageId
