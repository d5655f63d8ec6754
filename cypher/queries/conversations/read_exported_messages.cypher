// The messages in stretches of conversations, with all that is told of them outside of the graph.
CYPHER 25
UNWIND $spans AS span
MATCH (c:Conversation {id: span[0], ownerId: $ownerId})
RETURN c.id AS id, COLLECT {
  MATCH (m:Message) WHERE m.conversationId = span[0] AND m.seq >= span[1] AND m.seq <= span[2]
  // Most have none of these: to look is quicker than to collect nothing.
  WITH m, CASE WHEN COUNT { (m)<-[:YIELDED]-() } > 0 THEN head(COLLECT { MATCH (m)<-[:YIELDED]-(a:Attempt) RETURN a }) END AS a
  // A list, for a map of each message costs a third more.
  RETURN [m.seq, m:Response, m.role, m.content, m.createdAt.epochMillis, m.status, m.finishReason, m.note, m.reasoning,
    m.pinned, m.toolCallId, m.toolName, m.isError, a.inputTokens, a.outputTokens, a.costUsd,
    CASE WHEN a IS NOT NULL THEN head(COLLECT { MATCH (a)-[:USED]->(model:Model) RETURN model.id }) END,
    CASE WHEN COUNT { (m)-[:CALLED]->() } > 0 THEN COLLECT {
      MATCH (m)-[call:CALLED]->(tool:Tool) RETURN [call.toolCallId, tool.name, call.arguments] ORDER BY call.index } ELSE [] END,
    CASE WHEN COUNT { (m)-[:REVISES]->() } > 0 THEN head(COLLECT {
      MATCH (m)-[:REVISES]->(before:Message) RETURN before.id }) END,
    CASE WHEN COUNT { (m)-[:REFERENCES]->() } > 0 THEN COLLECT {
      MATCH (m)-[link:REFERENCES]->(to:Message) RETURN [link.kind, to.id, link.note] ORDER BY link.id } ELSE [] END,
    CASE WHEN COUNT { (m)<-[:ON]-() } > 0 THEN COLLECT {
      MATCH (m)<-[:ON]-(said:Annotation) RETURN said {.annotator, .rating, .label, .comment} ORDER BY said.id } ELSE [] END]
} AS rows
