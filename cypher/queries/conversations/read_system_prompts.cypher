// The system prompt of each of these conversations.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (:Conversation {id: id, ownerId: $ownerId})-[:HAS_SYSTEM_PROMPT]->(m:Prompt)
RETURN id, m.id AS messageId
