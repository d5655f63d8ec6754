// Begin conversations that an import brings: nobody finds them until they are whole. Those that are there already are said.
CYPHER 25
UNWIND $batch.rows AS row
MATCH (i:Import {id: row.importId, ownerId: row.ownerId, status: 'RUNNING'})
OPTIONAL MATCH (known:Conversation {id: row.conversationId, ownerId: row.ownerId})
OPTIONAL MATCH (erased:Erasure {subjectId: row.conversationId})
CALL (row, known, erased) {
  WITH row, known, erased WHERE known IS NULL AND erased IS NULL
  MERGE (c:Arrival {id: row.conversationId})
    ON CREATE SET c.ownerId = row.ownerId, c.title = row.title, c.metadata = row.metadata, c.lastSeq = 0,
      c.createdAt = datetime({epochMillis: row.createdAt}), c.updatedAt = datetime({epochMillis: row.updatedAt})
  SET c.arrivedAt = timestamp()
}
RETURN collect({n: row.n, state: CASE WHEN known IS NULL AND erased IS NULL THEN 'NEW' WHEN known IS NULL THEN 'ERASED'
  WHEN EXISTS { (known)-[:IMPORTED_BY {made: true}]->(i) } THEN 'OURS' ELSE 'KNOWN' END}) AS written
