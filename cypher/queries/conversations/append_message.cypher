// Append a message that was made elsewhere to a branch: a prompt continues from the head, a response answers it.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (c:Conversation {id: row.conversationId, ownerId: row.ownerId})
  MATCH (b:Branch {id: row.branchId})
  WHERE NOT EXISTS { MATCH (:Message {id: row.id}) }
  SET c.lastSeq = c.lastSeq + 1, c.updatedAt = datetime({epochMillis: row.at})
  WITH row, c, b
  OPTIONAL MATCH (b)-[old:HEAD]->(head:Message)
  CREATE (m:Message {id: row.id, conversationId: row.conversationId, ownerId: row.ownerId, seq: c.lastSeq,
    depth: coalesce(head.depth + 1, 0), createdAt: datetime({epochMillis: row.at})})
  SET m += row.properties
  CREATE (m)-[:IN_CONVERSATION]->(c)
  CREATE (b)-[:HEAD]->(m)
  DELETE old
  FOREACH (x IN row.prompt | SET m:Prompt)
  FOREACH (x IN row.response | SET m:Response)
  FOREACH (parent IN CASE WHEN head IS NULL THEN [] ELSE [head] END |
    FOREACH (x IN row.prompt | CREATE (m)-[:CONTINUES]->(parent))
    FOREACH (x IN row.response | CREATE (m)-[:RESPONDS_TO]->(parent)))
  FOREACH (x IN CASE WHEN head IS NULL THEN [1] ELSE [] END | CREATE (c)-[:STARTS_WITH]->(m))
}
MATCH (m:Message {id: row.id})
RETURN collect({n: row.n, depth: m.depth}) AS written
