// Give a conversation another system prompt, in place of the one that it has; an empty one takes that away.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (c:Conversation {id: row.conversationId, ownerId: row.ownerId})
  SET c.lastSeq = c.lastSeq + 2, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  OPTIONAL MATCH (known:Change {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  OPTIONAL MATCH (c)-[old:HAS_SYSTEM_PROMPT]->(former:Prompt)
  CALL (row, c, seq, at, known, old, former) {
    WITH * WHERE known IS NULL
    SET c.updatedAt = at
    FOREACH (x IN CASE WHEN row.content = '' THEN [] ELSE [1] END |
      CREATE (p:Message:Prompt {id: row.id, createdAt: at, role: 'SYSTEM', content: row.content,
        length: size(row.content), title: row.title, depth: 0, seq: seq - 1, conversationId: c.id, ownerId: c.ownerId})
      CREATE (p)-[:IN_CONVERSATION]->(c)
      CREATE (c)-[:HAS_SYSTEM_PROMPT]->(p)
      FOREACH (before IN CASE WHEN former IS NULL THEN [] ELSE [former] END | CREATE (p)-[:REVISES]->(before)))
    DELETE old
    CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq, createdAt: at, type: 'CONVERSATION',
      action: 'REVISED', subjectId: row.id, idempotencyKey: row.idempotencyKey, requestHash: row.requestHash})
  }
  RETURN c.id AS id, seq, CASE WHEN known IS NULL THEN row.requestHash ELSE known.requestHash END AS requestHash
}
RETURN collect({n: row.n, id: id, seq: seq, requestHash: requestHash}) AS written
