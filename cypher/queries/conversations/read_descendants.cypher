// A page of a message's descendants, oldest first: at or below the messages $from, after the position ($depth, $id).
CYPHER 25
MATCH (start:Message {id: $nodeId})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
RETURN COLLECT {
  UNWIND $from AS fromId
  MATCH (seed:Message {id: fromId}) WHERE seed.conversationId = start.conversationId
  WITH collect(seed) AS seeds, coalesce($bound, min(seed.depth) + $limit) AS bound
  UNWIND seeds AS seed
  MATCH (seed) (()<-[:CONTINUES|RESPONDS_TO]-(x WHERE x.depth <= bound)){0,} (m)
  WHERE m.depth > $depth OR (m.depth = $depth AND m.id > $id)
  WITH DISTINCT m ORDER BY m.depth, m.id LIMIT $limit
  RETURN m {.id, .title, .content, .depth, .role, .status, .finishReason, .note, .conversationId,
    .toolCallId, .toolName, .isError,
    toolCalls: COLLECT { MATCH (m)-[call:CALLED]->(tool:Tool)
      RETURN {toolCallId: call.toolCallId, arguments: call.arguments, name: tool.name} ORDER BY call.index },
    createdAt: m.createdAt.epochMillis, kind: CASE WHEN m:Response THEN 'Response' ELSE 'Prompt' END,
    next: COLLECT { MATCH (m)<-[:CONTINUES|RESPONDS_TO]-(down) RETURN down.id LIMIT $most }}
} AS rows
