// Delete a branch that is not the default one. Its messages stay, or a pruning goes up from where it pointed.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (c:Conversation {id: row.conversationId, ownerId: row.ownerId})
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  OPTIONAL MATCH (known:Change {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  OPTIONAL MATCH (b:Branch {id: row.branchId})-[:BRANCH_OF]->(c)
  OPTIONAL MATCH (b)-[:HEAD]->(head:Message)
  WITH *, CASE
    WHEN b IS NULL THEN 'NO_BRANCH'
    WHEN b.id = coalesce(c.defaultBranchId, row.mainBranchId) THEN 'IS_DEFAULT'
    // One that is left with a summary goes where that is written, and it is still where it was summarized.
    WHEN row.summaryId IS NOT NULL AND NOT EXISTS { (:Summary {id: row.summaryId})-[:ENDS_AT]->(head) } THEN 'MOVED'
    WHEN row.pruningId IS NOT NULL AND (EXISTS { (b)<-[:HELD_FOR]-(:Task {unfinished: true}) }
      OR EXISTS { (head)<-[:ASKED]-(:Task {unfinished: true}) }
      OR EXISTS { MATCH (t:Task {unfinished: true}) WHERE t.conversationId = c.id AND t.movesBranch = b.id }) THEN 'BUSY'
  END AS problem
  CALL (row, c, seq, at, known, b, head, problem) {
    WITH * WHERE known IS NULL AND problem IS NULL
    CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq, createdAt: at, type: 'BRANCH',
      action: 'DELETED', subjectId: b.id, name: b.name, formerHeadId: head.id,
      idempotencyKey: row.idempotencyKey, causeKey: row.causeKey, requestHash: row.requestHash})
    FOREACH (end IN CASE WHEN row.pruningId IS NULL OR head IS NULL THEN [] ELSE [head] END |
      CREATE (:Pruning {id: row.pruningId, createdAt: at, conversationId: c.id, ownerId: c.ownerId,
        causeKey: row.idempotencyKey})-[:PRUNES]->(end))
    DETACH DELETE b
  }
  RETURN row.branchId AS id, seq, CASE WHEN known IS NULL THEN problem END AS problem,
    CASE WHEN known IS NULL THEN row.requestHash ELSE known.requestHash END AS requestHash
}
RETURN collect({n: row.n, id: id, seq: seq, problem: problem, requestHash: requestHash}) AS written
