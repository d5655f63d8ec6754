// Conversations with their main branches, as a benchmark fills a graph.
CYPHER 25
UNWIND $rows AS row
WITH row, datetime({epochMillis: row.at}) AS at, datetime({epochMillis: row.until}) AS until
CREATE (c:Conversation {id: row.id, ownerId: row.ownerId, title: row.title, createdAt: at, updatedAt: until,
  lastSeq: row.lastSeq, changedAt: until})
CREATE (b:Branch {id: row.branchId, name: 'main', createdAt: at})
CREATE (b)-[:BRANCH_OF]->(c)
