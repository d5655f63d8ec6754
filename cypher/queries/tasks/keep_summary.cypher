// Keep the answer of a task that summarizes as a summary of what its subtask covers, once the task has succeeded.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (t:Task {id: row.taskId, status: 'SUCCEEDED'})<-[:HAS_TASK]-(c:Conversation)
  WHERE NOT EXISTS { (t)-[:SUMMARIZED]->() }
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  WITH t, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at, row
  MATCH (t)-[:RESULTED_IN]->(r:Response), (t)-[:ASKED]->()-[:ABOUT]->(ends:Message), (t)-[:HAS_SUBTASK]->(s:Subtask {kind: 'summary'})
  WITH *, COLLECT { MATCH (s)-[covers:COVERS]->(x) RETURN x ORDER BY covers.index } AS members
  // Of what was deleted meanwhile there is no summary, and of what another task has summarized no second one.
  WHERE size(members) = t.coveredMembers AND (t.summaryKind <> 'STRETCH'
    OR none(x IN members WHERE EXISTS { (x)<-[:SUMMARIZES]-(:Summary {kind: 'STRETCH'}) }))
  CREATE (m:Summary {id: row.summaryId, createdAt: at, ownerId: c.ownerId, conversationId: c.id, content: coalesce(row.content, r.content),
    kind: t.summaryKind, level: t.summaryLevel, tokens: row.tokens, messages: t.coveredMessages, coveredTokens: t.coveredTokens,
    branchName: head(COLLECT { MATCH (b:Branch {id: t.deletesBranch}) RETURN b.name })})
  CREATE (t)-[:SUMMARIZED]->(m)
  CREATE (m)-[:ENDS_AT]->(ends)
  FOREACH (x IN members | CREATE (m)-[:SUMMARIZES]->(x))
  // Claims name what they stand on by its place in what is covered.
  FOREACH (claim IN row.claims |
    CREATE (m)-[:CLAIMS]->(k:Claim {id: claim.id, createdAt: at, ownerId: c.ownerId, conversationId: c.id, kind: claim.kind,
      index: claim.index, text: claim.text})
    FOREACH (x IN [i IN claim.places | members[i]] | CREATE (k)-[:STANDS_ON]->(x)))
  CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq, createdAt: at, type: 'SUMMARY', action: 'MADE',
    subjectId: m.id, causeKey: t.idempotencyKey})
  WITH c, seq, at, m, members
  CALL (members) {
    UNWIND members AS x
    OPTIONAL MATCH (x)-[:BEGINS_AT]->(first:Message)
    RETURN coalesce(first, x) AS begins ORDER BY begins.depth, begins.id LIMIT 1
  }
  CREATE (m)-[:BEGINS_AT]->(begins)
  RETURN m.id AS id, seq
}
RETURN collect({n: row.n, id: id, seq: seq}) AS written
