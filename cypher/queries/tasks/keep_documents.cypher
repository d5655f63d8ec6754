// Keep what was read or given under names as documents: a text that is new under its name is the newest version. Whoever follows the conversation is told where there was another.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (c:Conversation {id: row.conversationId, ownerId: row.ownerId})
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  // Of a task that was not written: a request that was sent twice, or one that was refused.
  WHERE row.taskId IS NULL OR EXISTS { MATCH (:Task {id: row.taskId, ownerId: row.ownerId}) }
  CALL (row, c, at) {
    UNWIND row.documents AS named
    MATCH (s:Source {ownerId: row.ownerId, sha256: named.sha256})
    MERGE (d:Document {conversationId: c.id, name: named.name})
      ON CREATE SET d.id = named.id, d.ownerId = c.ownerId, d.createdAt = at, d.versions = 0
    FOREACH (x IN CASE WHEN d.versions = 0 THEN [1] ELSE [] END | CREATE (d)-[:IN_CONVERSATION]->(c))
    WITH d, s, at, head(COLLECT { MATCH (d)-[newest:NEWEST]->() RETURN newest }) AS old
    WHERE old IS NULL OR endNode(old) <> s
    SET d.versions = d.versions + 1
    CREATE (d)-[:HAS_VERSION {since: at, number: d.versions}]->(s)
    CREATE (d)-[:NEWEST]->(s)
    DELETE old
    RETURN collect(CASE WHEN d.versions > 1 THEN d END) AS renewed
  }
  FOREACH (x IN CASE WHEN renewed = [] THEN [] ELSE [1] END |
    CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq, createdAt: at, type: 'DOCUMENT',
      action: 'RENEWED', subjectId: head(renewed).id, ids: [d IN renewed | d.id], name: head(renewed).name, causeKey: row.causeKey}))
  FOREACH (t IN COLLECT { MATCH (t:Task {id: row.taskId}) WHERE row.isLast RETURN t } | REMOVE t.documentsLeft)
  RETURN seq
}
RETURN collect({n: row.n, seq: seq}) AS written
