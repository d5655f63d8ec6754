// Prompts in their conversations, without what they stand below.
CYPHER 25
UNWIND $rows AS row
MATCH (c:Conversation {id: row.conversationId})
CREATE (m:Message:Prompt {id: row.id, conversationId: row.conversationId, ownerId: row.ownerId, seq: row.seq,
  depth: row.depth, createdAt: datetime({epochMillis: row.at}), title: row.title, content: row.content,
  length: size(row.content), role: 'USER'})
CREATE (m)-[:IN_CONVERSATION]->(c)
