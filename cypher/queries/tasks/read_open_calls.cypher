// The message that a prompt would continue from, with its tool calls, and the task that an idempotency key made.
CYPHER 25
MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})
OPTIONAL MATCH (given:Message {id: $messageId})-[:IN_CONVERSATION]->(c)
MATCH (b:Branch {id: coalesce($branchId, c.defaultBranchId, $mainBranchId)})-[:BRANCH_OF]->(c)
OPTIONAL MATCH (b)-[:HEAD]->(head:Message)
OPTIONAL MATCH (known:Task {ownerId: $ownerId, idempotencyKey: $idempotencyKey})
WITH coalesce(given, head) AS m, known
RETURN m {.id, .content,
  toolCalls: COLLECT { MATCH (m)-[call:CALLED]->(tool:Tool)
    RETURN {toolCallId: call.toolCallId, arguments: call.arguments, name: tool.name}
    ORDER BY call.index }} AS message,
  known {.id, .requestHash} AS known
