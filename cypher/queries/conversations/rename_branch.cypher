// Give a branch another name, which no other branch of its conversation has.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (c:Conversation {id: row.conversationId, ownerId: row.ownerId})
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  OPTIONAL MATCH (known:Change {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  OPTIONAL MATCH (b:Branch {id: row.branchId})-[:BRANCH_OF]->(c)
  WITH *, CASE
    WHEN b IS NULL THEN 'NO_BRANCH'
    WHEN EXISTS { (c)<-[:BRANCH_OF]-(other:Branch) WHERE other.name = row.name AND other <> b } THEN 'NAME_TAKEN'
  END AS problem
  CALL (row, c, seq, at, known, b, problem) {
    WITH * WHERE known IS NULL AND problem IS NULL
    SET b.name = row.name, b.updatedAt = at
    CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq, createdAt: at, type: 'BRANCH',
      action: 'RENAMED', subjectId: b.id, name: b.name, idempotencyKey: row.idempotencyKey, requestHash: row.requestHash})
  }
  RETURN row.branchId AS id, seq, CASE WHEN known IS NULL THEN problem END AS problem,
    CASE WHEN known IS NULL THEN row.requestHash ELSE known.requestHash END AS requestHash
}
RETURN collect({n: row.n, id: id, seq: seq, problem: problem, requestHash: requestHash}) AS written
