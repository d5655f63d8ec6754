// A page of a message's ancestors, newest first: at or above the messages $from, after the position ($depth, $id).
CYPHER 25
MATCH (start:Message {id: $nodeId})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
RETURN COLLECT {
  UNWIND $from AS fromId
  MATCH (seed:Message {id: fromId}) WHERE seed.conversationId = start.conversationId
  // The longest way up has one message a depth: the page lies within $limit of the deepest.
  WITH collect(seed) AS seeds, coalesce($bound, max(seed.depth) - $limit) AS bound
  UNWIND seeds AS seed
  MATCH (seed) (()-[:CONTINUES|RESPONDS_TO]->(x WHERE x.depth >= bound)){0,} (m)
  WHERE m.depth < $depth OR (m.depth = $depth AND m.id < $id)
  WITH DISTINCT m ORDER BY m.depth DESC, m.id DESC LIMIT $limit
  RETURN m {.id, .title, .content, .depth, .role, .status, .finishReason, .note, .conversationId,
    .toolCallId, .toolName, .isError,
    toolCalls: COLLECT { MATCH (m)-[call:CALLED]->(tool:Tool)
      RETURN {toolCallId: call.toolCallId, arguments: call.arguments, name: tool.name} ORDER BY call.index },
    createdAt: m.createdAt.epochMillis, kind: CASE WHEN m:Response THEN 'Response' ELSE 'Prompt' END,
    next: COLLECT { MATCH (m)-[:CONTINUES|RESPONDS_TO]->(up) RETURN up.id LIMIT $most }}
} AS rows
