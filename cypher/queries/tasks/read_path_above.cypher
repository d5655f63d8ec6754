// The 64 nearest messages above each of these on the way to the root, newest first.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (start:Message {id: id})
WITH start, COLLECT {
  MATCH (start) (()-[:CONTINUES|RESPONDS_TO]->(x WHERE x.depth >= start.depth - 64)){1,} (m)
  WITH DISTINCT m ORDER BY m.depth DESC, m.id DESC LIMIT 64
  RETURN m {.id, .depth, .content, .toolCallId, .isError, role: coalesce(m.role, 'ASSISTANT'),
    toolCalls: COLLECT { MATCH (m)-[call:CALLED]->(tool:Tool)
      RETURN {toolCallId: call.toolCallId, arguments: call.arguments, name: tool.name} ORDER BY call.index }}
} AS messages
RETURN collect({id: start.id, messages: messages}) AS found
