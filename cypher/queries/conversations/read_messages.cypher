// The messages of these ids that are in the owner's conversations.
CYPHER 25
RETURN COLLECT {
  UNWIND $batch.ids AS id
  MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
  RETURN m {.id, .title, .content, .depth, .role, .status, .finishReason, .note, .conversationId,
    .toolCallId, .toolName, .isError,
    toolCalls: COLLECT { MATCH (m)-[call:CALLED]->(tool:Tool)
      RETURN {toolCallId: call.toolCallId, arguments: call.arguments, name: tool.name} ORDER BY call.index },
    createdAt: m.createdAt.epochMillis, kind: CASE WHEN m:Response THEN 'Response' ELSE 'Prompt' END}
} AS rows
