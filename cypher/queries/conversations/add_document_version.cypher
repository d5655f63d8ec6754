// Give a document of a conversation a newer version, or make it with its first; a text that is its newest version already changes nothing.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (c:Conversation {id: row.conversationId, ownerId: row.ownerId})
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  OPTIONAL MATCH (known:Change {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  CALL (row, c, seq, at, known) {
    WITH * WHERE known IS NULL
    MERGE (s:Source {ownerId: row.ownerId, sha256: row.source.sha256})
      ON CREATE SET s += row.source, s.title = row.name, s.createdAt = at
    MERGE (d:Document {conversationId: c.id, name: row.name})
      ON CREATE SET d.id = row.documentId, d.ownerId = c.ownerId, d.createdAt = at, d.versions = 0
    FOREACH (x IN CASE WHEN d.versions = 0 THEN [1] ELSE [] END | CREATE (d)-[:IN_CONVERSATION]->(c))
    WITH *, head(COLLECT { MATCH (d)-[newest:NEWEST]->() RETURN newest }) AS old
    WITH *, CASE WHEN old IS NULL THEN 'MADE' WHEN endNode(old) <> s THEN 'RENEWED' END AS action
    FOREACH (x IN CASE WHEN action IS NULL THEN [] ELSE [1] END |
      SET d.versions = d.versions + 1
      CREATE (d)-[:HAS_VERSION {since: at, number: d.versions}]->(s)
      CREATE (d)-[:NEWEST]->(s)
      DELETE old)
    FOREACH (x IN CASE WHEN action IS NULL AND row.idempotencyKey IS NULL THEN [] ELSE [1] END |
      CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq, createdAt: at, type: 'DOCUMENT',
        action: coalesce(action, 'RENEWED'), subjectId: d.id, ids: CASE WHEN action IS NULL THEN [] ELSE [d.id] END, name: row.name,
        idempotencyKey: row.idempotencyKey, requestHash: row.requestHash}))
    RETURN d.id AS made
    UNION ALL
    WITH known WHERE known IS NOT NULL
    RETURN known.subjectId AS made
  }
  RETURN made AS id, seq, CASE WHEN known IS NULL THEN row.requestHash ELSE known.requestHash END AS requestHash
}
RETURN collect({n: row.n, id: id, seq: seq, requestHash: requestHash}) AS written
