// Point a branch at another message of its chat, where it still is where the caller saw it.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (c:Conversation {id: row.conversationId, ownerId: row.ownerId})
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  OPTIONAL MATCH (known:Change {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  OPTIONAL MATCH (b:Branch {id: row.branchId})-[:BRANCH_OF]->(c)
  OPTIONAL MATCH (b)-[old:HEAD]->(head:Message)
  OPTIONAL MATCH (m:Message {id: row.messageId})-[:IN_CONVERSATION]->(c)
  WITH *, CASE
    WHEN b IS NULL THEN 'NO_BRANCH'
    WHEN m IS NULL THEN 'NO_MESSAGE'
    WHEN EXISTS { (m)-[:DECOMPOSES]->() } OR EXISTS { (m)-[:RESPONDS_TO]->()-[:DECOMPOSES]->() }
      OR EXISTS { (m)-[:ABOUT]->(:Message) } OR EXISTS { (m)-[:RESPONDS_TO]->()-[:ABOUT]->(:Message) } THEN 'NOT_OF_THE_CHAT'
    WHEN row.expectedHead <> coalesce(head.id, '') THEN 'MOVED'
  END AS problem
  CALL (row, c, seq, at, known, b, old, head, m, problem) {
    WITH * WHERE known IS NULL AND problem IS NULL
    DELETE old
    CREATE (b)-[:HEAD]->(m)
    SET b.updatedAt = at
    CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq, createdAt: at, type: 'BRANCH',
      action: 'MOVED', subjectId: b.id, name: b.name, formerHeadId: head.id, idempotencyKey: row.idempotencyKey, requestHash: row.requestHash})
  }
  RETURN row.branchId AS id, seq, head.id AS headId, CASE WHEN known IS NULL THEN problem END AS problem,
    CASE WHEN known IS NULL THEN row.requestHash ELSE known.requestHash END AS requestHash
}
RETURN collect({n: row.n, id: id, seq: seq, headId: headId, problem: problem, requestHash: requestHash}) AS written
