// The first messages of conversations.
CYPHER 25
UNWIND $rows AS row
MATCH (c:Conversation {id: row.conversationId})
MATCH (m:Message {id: row.id})
CREATE (c)-[:STARTS_WITH]->(m)
