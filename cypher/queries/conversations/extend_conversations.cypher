// Point the main branch of conversations that were there at the newest message that an import brought: where nobody has gone on.
CYPHER 25
UNWIND $batch.rows AS row
MATCH (i:Import {id: row.importId})
MATCH (c:Conversation {id: row.conversationId, ownerId: row.ownerId})
WHERE NOT EXISTS { (c)-[:IMPORTED_BY {made: true}]->(i) }
MERGE (c)-[by:IMPORTED_BY]->(i) ON CREATE SET by.made = false
WITH row, c
MATCH (b:Branch {id: row.mainBranchId})-[:BRANCH_OF]->(c)
MATCH (b)-[old:HEAD]->(head:Message)
MATCH (m:Message {id: row.headId})-[:IN_CONVERSATION]->(c)
WHERE m.seq > head.seq AND head.foreignId IS NOT NULL
CALL (c, b, old, head, m, row) {
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  WITH c, b, old, head, m, row, datetime({epochMillis: row.at}) AS at
  DELETE old
  CREATE (b)-[:HEAD]->(m)
  SET b.updatedAt = at, c.updatedAt = CASE WHEN m.createdAt > c.updatedAt THEN m.createdAt ELSE c.updatedAt END
  CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: c.lastSeq, createdAt: at, type: 'BRANCH', action: 'MOVED',
    subjectId: b.id, name: b.name, formerHeadId: head.id})
}
RETURN collect({n: row.n, id: c.id}) AS written
