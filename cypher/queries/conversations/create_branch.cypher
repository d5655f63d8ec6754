// Make a branch: a name for a message of a conversation, for the head of its default branch where none is given.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (c:Conversation {id: row.conversationId, ownerId: row.ownerId})
  SET c.lastSeq = c.lastSeq + 2, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  OPTIONAL MATCH (known:Change {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  OPTIONAL MATCH (:Branch {id: coalesce(c.defaultBranchId, row.mainBranchId)})-[:HEAD]->(head:Message)
  OPTIONAL MATCH (given:Message {id: row.messageId})-[:IN_CONVERSATION]->(c)
  WITH row, c, seq, at, known, CASE WHEN row.messageId IS NULL THEN head ELSE given END AS m
  WITH *, CASE
    WHEN m IS NULL THEN CASE WHEN row.messageId IS NULL THEN 'EMPTY' ELSE 'NO_MESSAGE' END
    WHEN EXISTS { (m)-[:DECOMPOSES]->() } OR EXISTS { (m)-[:RESPONDS_TO]->()-[:DECOMPOSES]->() }
      OR EXISTS { (m)-[:ABOUT]->(:Message) } OR EXISTS { (m)-[:RESPONDS_TO]->()-[:ABOUT]->(:Message) } THEN 'NOT_OF_THE_CHAT'
    WHEN EXISTS { (c)<-[:BRANCH_OF]-(other:Branch) WHERE other.name = row.name } THEN 'NAME_TAKEN'
    WHEN COUNT { (c)<-[:BRANCH_OF]-() } >= row.most THEN 'TOO_MANY'
  END AS problem
  CALL (row, c, seq, at, known, m, problem) {
    WITH * WHERE known IS NULL AND problem IS NULL
    CREATE (b:Branch {id: row.branchId, name: row.name, createdAt: at})-[:BRANCH_OF]->(c)
    CREATE (b)-[:HEAD]->(m)
    CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq - 1, createdAt: at, type: 'BRANCH',
      action: 'MADE', subjectId: b.id, name: b.name, idempotencyKey: row.idempotencyKey, requestHash: row.requestHash})
    WITH * WHERE row.makeDefault
    SET c.defaultBranchId = b.id
    CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq, createdAt: at, type: 'CONVERSATION',
      action: 'DEFAULT_SET', subjectId: c.id, name: b.name, causeKey: row.idempotencyKey})
  }
  RETURN coalesce(known.subjectId, row.branchId) AS id, seq, CASE WHEN known IS NULL THEN problem END AS problem,
    CASE WHEN known IS NULL THEN row.requestHash ELSE known.requestHash END AS requestHash
}
RETURN collect({n: row.n, id: id, seq: seq, problem: problem, requestHash: requestHash}) AS written
