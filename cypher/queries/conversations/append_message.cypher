// Append a message that was made elsewhere to a branch: a prompt continues from the head, a response answers it.
CYPHER 25
UNWIND $batch.rows AS row
OPTIONAL MATCH (known:Message {id: row.id})
CALL (row, known) {
  WITH * WHERE known IS NULL
  MATCH (c:Conversation {id: row.conversationId, ownerId: row.ownerId})
  WITH row, c, datetime({epochMillis: row.at}) AS at
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()}), c.updatedAt = at
  WITH row, c, at, c.lastSeq AS seq
  MATCH (b:Branch {id: coalesce(row.branchId, c.defaultBranchId, row.mainBranchId)})-[:BRANCH_OF]->(c)
  OPTIONAL MATCH (b)-[old:HEAD]->(head:Message)
  CREATE (m:Message:$(row.kind) {id: row.id, conversationId: row.conversationId, ownerId: row.ownerId, seq: seq,
    depth: coalesce(head.depth + 1, 0), createdAt: at, length: size(row.properties.content)})
  SET m += row.properties
  CREATE (m)-[:IN_CONVERSATION]->(c)
  CREATE (b)-[:HEAD]->(m)
  DELETE old
  FOREACH (parent IN CASE WHEN head IS NULL THEN [] ELSE [head] END | CREATE (m)-[:$(row.link)]->(parent))
  FOREACH (x IN CASE WHEN head IS NULL THEN [1] ELSE [] END | CREATE (c)-[:STARTS_WITH]->(m))
  RETURN m.depth AS depth
  UNION ALL
  WITH * WHERE known IS NOT NULL
  RETURN known.depth AS depth
}
RETURN collect({n: row.n, depth: depth}) AS written
