// Responses in their conversations, without what they stand below.
CYPHER 25
UNWIND $rows AS row
MATCH (c:Conversation {id: row.conversationId})
CREATE (m:Message:Response {id: row.id, conversationId: row.conversationId, ownerId: row.ownerId, seq: row.seq,
  depth: row.depth, createdAt: datetime({epochMillis: row.at}), title: row.title, content: row.content,
  length: size(row.content), status: 'COMPLETE', finishReason: 'stop'})
CREATE (m)-[:IN_CONVERSATION]->(c)
