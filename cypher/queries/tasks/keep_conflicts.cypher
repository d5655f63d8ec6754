// Keep where the sides of a merge disagree, once: links between their messages, and what the merge's context tells of them.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (t:Task {id: row.taskId})<-[:HAS_TASK]-(c:Conversation)
  // This locks the conversation: what is looked at after it, another process cannot be changing.
  SET c.lastSeq = c.lastSeq + 1 + size(row.links), c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, t, c, c.lastSeq - size(row.links) AS before, datetime({epochMillis: row.at}) AS at
  WHERE t.unfinished AND t.leaseOwner = row.leaseOwner
  MATCH (t)-[:ASKED]->(p:Prompt) WHERE p.conflicts IS NULL
  SET p.conflicts = row.text
  WITH row, t, c, before, at
  UNWIND range(0, size(row.links) - 1) AS i
  WITH t, c, before + i + 1 AS seq, at, row.links[i] AS link
  MATCH (a:Message {id: link.from, conversationId: c.id}), (b:Message {id: link.to, conversationId: c.id})
  CREATE (a)-[r:REFERENCES {id: link.id, kind: 'contradicts', createdAt: at, fromId: a.id, toId: b.id, taskId: t.id}]->(b)
  SET r += link.said
  CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq, createdAt: at, type: 'LINK', action: 'MADE',
    subjectId: link.id, ids: [a.id, b.id], name: 'contradicts'})
}
MATCH (:Task {id: row.taskId})<-[:HAS_TASK]-(c:Conversation)
RETURN collect({n: row.n, seq: c.lastSeq}) AS written
