// Write messages that an import brings, each behind what it stands below. What is there, or was deleted, is not written again.
CYPHER 25
UNWIND $batch.rows AS row
OPTIONAL MATCH (known:Message {id: row.id})
CALL (row, known) {
  WITH * WHERE known IS NULL AND NOT EXISTS { MATCH (:Erasure {subjectId: row.id}) }
  MATCH (c:Conversation|Arrival {id: row.conversationId, ownerId: row.ownerId})
  OPTIONAL MATCH (parent:Message {id: row.parentId})
  WITH row, c, parent WHERE row.parentId IS NULL OR parent.conversationId = c.id
  // Of one that is being made, the numbers are kept beforehand.
  FOREACH (x IN CASE WHEN c:Conversation THEN [c] ELSE [] END |
    SET x.lastSeq = x.lastSeq + 1, x.changedAt = datetime({epochMillis: timestamp()}))
  WITH row, c, parent, CASE WHEN c:Conversation THEN c.lastSeq ELSE c.lastSeq - row.later END AS seq
  CREATE (m:Message:$(row.kind) {id: row.id, conversationId: c.id, ownerId: c.ownerId, seq: seq,
    depth: coalesce(parent.depth + 1, 0), createdAt: datetime({epochMillis: row.at}), length: size(row.properties.content)})
  SET m += row.properties
  CREATE (m)-[:IN_CONVERSATION]->(c)
  FOREACH (x IN CASE WHEN parent IS NULL THEN [] ELSE [parent] END | CREATE (m)-[:$(row.link)]->(x))
  FOREACH (x IN CASE WHEN parent IS NULL AND NOT row.isSystemPrompt THEN [1] ELSE [] END | CREATE (c)-[:STARTS_WITH]->(m))
  FOREACH (x IN CASE WHEN row.isSystemPrompt THEN [1] ELSE [] END | CREATE (c)-[:HAS_SYSTEM_PROMPT]->(m))
  FOREACH (call IN row.calls |
    MERGE (tool:Tool {ownerId: row.ownerId, name: call.name}) ON CREATE SET tool.id = call.toolId, tool.createdAt = m.createdAt
    CREATE (m)-[:CALLED {index: call.index, toolCallId: call.toolCallId, arguments: call.arguments}]->(tool))
  WITH row, m
  OPTIONAL MATCH (called:Response {id: row.resultOf})
  FOREACH (x IN CASE WHEN called IS NULL THEN [] ELSE [called] END | CREATE (m)-[:RESULT_OF {toolCallId: row.properties.toolCallId}]->(x))
  RETURN true AS isNew
}
RETURN collect({n: row.n, id: row.id}) AS written
