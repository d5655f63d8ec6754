// The messages of these ids that are in the owner's conversations.
CYPHER 25
RETURN COLLECT {
  UNWIND $batch.ids AS id
  MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
  WITH m, coalesce(m.length, size(m.content)) AS length
  RETURN m {.id, .title, .depth, .role, .status, .finishReason, .note, .conversationId,
    .toolCallId, .toolName, .isError, pinned: coalesce(m.pinned, false), length,
    content: CASE WHEN length <= 4000 THEN m.content END,
    createdAt: m.createdAt.epochMillis, kind: CASE WHEN m:Response THEN 'Response' ELSE 'Prompt' END}
} AS rows
