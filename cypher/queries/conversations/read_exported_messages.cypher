// The messages of a conversation that have these numbers, with all that is told of them outside of the graph.
CYPHER 25
MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})
RETURN COLLECT {
  UNWIND $seqs AS seq
  MATCH (m:Message) USING INDEX SEEK m:Message(conversationId, seq)
  WHERE m.conversationId = $conversationId AND m.seq = seq
  WITH m, head(COLLECT { MATCH (m)<-[:YIELDED]-(a:Attempt) RETURN a }) AS a
  RETURN m {.seq, .role, .content, .status, .finishReason, .note, .reasoning, .pinned, .toolCallId, .toolName, .isError,
    at: m.createdAt.epochMillis, isResponse: m:Response,
    inputTokens: a.inputTokens, outputTokens: a.outputTokens, costUsd: a.costUsd,
    model: CASE WHEN a IS NOT NULL THEN head(COLLECT { MATCH (a)-[:USED]->(model:Model) RETURN model.id }) END,
    calls: CASE WHEN m:Response THEN COLLECT {
      MATCH (m)-[call:CALLED]->(tool:Tool) RETURN [call.toolCallId, tool.name, call.arguments] ORDER BY call.index } ELSE [] END,
    revises: head(COLLECT { MATCH (m)-[:REVISES]->(before:Message) RETURN before.id }),
    links: COLLECT { MATCH (m)-[link:REFERENCES]->(to:Message) RETURN [link.kind, to.id, link.note] ORDER BY link.id },
    annotations: COLLECT {
      MATCH (m)<-[:ON]-(said:Annotation) RETURN said {.annotator, .rating, .label, .comment} ORDER BY said.id }}
} AS rows
