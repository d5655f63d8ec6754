// The tool calls of a response were JSON. Read a page of those that have some.
CYPHER 25
MATCH (r:Message) WHERE r.id > $after AND r.toolCalls IS NOT NULL
WITH r ORDER BY r.id LIMIT $limit
RETURN r.id AS id, r.toolCalls AS toolCalls;

// They are edges to the tools.
CYPHER 25
UNWIND $rows AS row
MATCH (r:Message {id: row.id})-[:IN_CONVERSATION]->(c:Conversation)
REMOVE r.toolCalls
WITH row, r, c
UNWIND row.toolCalls AS call
MERGE (tool:Tool {ownerId: c.ownerId, name: call.name})
  ON CREATE SET tool.id = call.id, tool.createdAt = r.createdAt
MERGE (r)-[called:CALLED {index: call.index}]->(tool)
SET called.toolCallId = call.toolCallId, called.arguments = call.arguments;
