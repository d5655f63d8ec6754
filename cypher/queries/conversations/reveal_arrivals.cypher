// Make conversations of what an import has brought in whole, with their branches: from now on they are found.
CYPHER 25
UNWIND $batch.rows AS row
MATCH (i:Import {id: row.importId})
MATCH (c:Arrival {id: row.conversationId, ownerId: row.ownerId})
CALL (row, i, c) {
  SET c:Conversation, c.changedAt = datetime({epochMillis: timestamp()}), c.importedAt = datetime({epochMillis: row.at})
  REMOVE c:Arrival, c.arrivedAt
  CREATE (c)-[:IMPORTED_BY {made: true}]->(i)
  WITH row, c
  UNWIND [{id: row.mainBranchId, name: 'main', messageId: row.headId}] + row.branches AS branch
  OPTIONAL MATCH (m:Message {id: branch.messageId})-[:IN_CONVERSATION]->(c)
  CREATE (b:Branch {id: branch.id, name: branch.name, createdAt: c.createdAt})-[:BRANCH_OF]->(c)
  FOREACH (x IN CASE WHEN m IS NULL THEN [] ELSE [m] END | CREATE (b)-[:HEAD]->(x))
}
RETURN collect({n: row.n, id: c.id}) AS written
