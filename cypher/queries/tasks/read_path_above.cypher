// The nearest messages above one on the way to the root, newest first.
CYPHER 25
MATCH (start:Message {id: $messageId})
RETURN COLLECT {
  MATCH (start) (()-[:CONTINUES|RESPONDS_TO]->(x WHERE x.depth >= start.depth - $most)){1,} (m)
  WITH DISTINCT m ORDER BY m.depth DESC, m.id DESC LIMIT $most
  RETURN m {.id, .depth, .content, .toolCallId, .isError, role: coalesce(m.role, 'ASSISTANT'),
    toolCalls: COLLECT { MATCH (m)-[call:CALLED]->(tool:Tool)
      RETURN {toolCallId: call.toolCallId, arguments: call.arguments, name: tool.name} ORDER BY call.index }}
} AS messages
