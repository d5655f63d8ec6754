// The messages of a conversation that have these numbers, with all that is told of them outside of the graph.
CYPHER 25
MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})
RETURN COLLECT {
  UNWIND $seqs AS seq
  MATCH (m:Message) USING INDEX SEEK m:Message(conversationId, seq)
  WHERE m.conversationId = $conversationId AND m.seq = seq
  // Most have none of these: to look is quicker than to collect nothing.
  WITH m, CASE WHEN COUNT { (m)<-[:YIELDED]-() } > 0 THEN head(COLLECT { MATCH (m)<-[:YIELDED]-(a:Attempt) RETURN a }) END AS a
  RETURN m {.seq, .role, .content, .status, .finishReason, .note, .reasoning, .pinned, .toolCallId, .toolName, .isError,
    at: m.createdAt.epochMillis, isResponse: m:Response,
    inputTokens: a.inputTokens, outputTokens: a.outputTokens, costUsd: a.costUsd,
    model: CASE WHEN a IS NOT NULL THEN head(COLLECT { MATCH (a)-[:USED]->(model:Model) RETURN model.id }) END,
    calls: CASE WHEN COUNT { (m)-[:CALLED]->() } > 0 THEN COLLECT {
      MATCH (m)-[call:CALLED]->(tool:Tool) RETURN [call.toolCallId, tool.name, call.arguments] ORDER BY call.index } ELSE [] END,
    revises: CASE WHEN COUNT { (m)-[:REVISES]->() } > 0 THEN head(COLLECT {
      MATCH (m)-[:REVISES]->(before:Message) RETURN before.id }) END,
    links: CASE WHEN COUNT { (m)-[:REFERENCES]->() } > 0 THEN COLLECT {
      MATCH (m)-[link:REFERENCES]->(to:Message) RETURN [link.kind, to.id, link.note] ORDER BY link.id } ELSE [] END,
    annotations: CASE WHEN COUNT { (m)<-[:ON]-() } > 0 THEN COLLECT {
      MATCH (m)<-[:ON]-(said:Annotation) RETURN said {.annotator, .rating, .label, .comment} ORDER BY said.id } ELSE [] END}
} AS rows
