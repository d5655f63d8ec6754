// Take the labels off messages, tasks and summaries of a conversation that go with what is deleted; branches move to what stays.
CYPHER 25
MATCH (e:Erasure {id: $erasureId})
SET e.touchedAt = datetime()
WITH e, e.touchedAt AS held
MATCH (c:Conversation {id: $conversationId})
// This locks the conversation: nobody can be adding to what is marked.
SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
WITH e, c, c.lastSeq AS locked, datetime({epochMillis: timestamp()}) AS at
WITH *, COLLECT { UNWIND $messages AS row MATCH (m:Message {id: row.id}) RETURN {m: m, leads: row.leads, as: row.as} } AS marked,
  COLLECT { UNWIND $tasks AS id MATCH (t:Task {id: id}) RETURN t } AS tasks,
  COLLECT { UNWIND $summaries AS id MATCH (s:Summary {id: id}) RETURN s } AS summaries
CALL (c, marked, at) {
  UNWIND marked AS row
  WITH c, at, marked, row.m AS m, row.leads AS leads
  MATCH (m)<-[old:HEAD]-(b:Branch)
  OPTIONAL MATCH (above:Message {id: leads})
  // An answer beside the deleted one is nearer than their prompt.
  WITH *, coalesce(head(COLLECT {
    MATCH (above)<-[:RESPONDS_TO]-(r:Response)
    WHERE NOT r.id IN [row IN marked | row.m.id] AND (EXISTS { (r)<-[:RESULTED_IN]-() } OR NOT EXISTS { (r)<-[:YIELDED]-() })
    RETURN r ORDER BY r.seq DESC LIMIT 1 }), above, head(COLLECT {
    // The default branch has a message wherever there is one: that of another branch, else one that begins.
    WITH c, b, marked WHERE b.id = coalesce(c.defaultBranchId, $mainBranchId)
    UNWIND COLLECT { MATCH (c)<-[:BRANCH_OF]-()-[:HEAD]->(r:Message) RETURN r }
      + COLLECT { MATCH (c)-[:STARTS_WITH]->(r:Message) RETURN r } AS r
    WITH r WHERE NOT r.id IN [row IN marked | row.m.id]
    RETURN r LIMIT 1 })) AS kept
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  WITH c, at, m, b, old, kept, c.lastSeq AS seq, kept IS NULL AND b.id <> coalesce(c.defaultBranchId, $mainBranchId) AS goes
  CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq, createdAt: at, type: 'BRANCH', subjectId: b.id,
    action: CASE WHEN goes THEN 'DELETED' ELSE 'MOVED' END, name: b.name, formerHeadId: m.id})
  DELETE old
  FOREACH (x IN CASE WHEN kept IS NULL THEN [] ELSE [kept] END | CREATE (b)-[:HEAD]->(x))
  FOREACH (x IN CASE WHEN goes THEN [b] ELSE [] END | DETACH DELETE x)
  RETURN sum(CASE WHEN goes THEN 1 ELSE 0 END) AS branches
}
CALL (c, marked) {
  WITH c, marked WHERE $joins
  UNWIND marked AS row
  WITH c, row.m AS m, row.leads AS leads
  MATCH (m)<-[old:CONTINUES]-(child:Prompt)
  OPTIONAL MATCH (kept:Message {id: leads})
  FOREACH (x IN CASE WHEN kept IS NULL OR EXISTS { (child)-[:CONTINUES]->(kept) } THEN [] ELSE [kept] END |
    CREATE (child)-[new:CONTINUES]->(x) SET new = properties(old))
  FOREACH (x IN CASE WHEN kept IS NULL AND COUNT { (child)-[:CONTINUES]->() } = 1 THEN [1] ELSE [] END |
    CREATE (c)-[:STARTS_WITH]->(child))
  DELETE old
}
CALL (marked) {
  UNWIND marked AS row
  WITH row.m AS m
  CALL (m) { MATCH (m)<-[:REVISES]-(other:Response) SET other.byHand = true }
  // What a merge was told of where its sides disagree quotes them.
  CALL (m) {
    MATCH (m)-[r:REFERENCES]-() WHERE r.taskId IS NOT NULL
    MATCH (:Task {id: r.taskId})-[:ASKED]->(p:Prompt)
    REMOVE p.conflicts
  }
}
CALL (c, marked, at) {
  // The other end of a link may be in a conversation that stays: who follows that is told.
  UNWIND marked AS row
  WITH c, at, row.m AS m
  MATCH (m)-[r:REFERENCES]-(:Message)-[:IN_CONVERSATION]->(d:Conversation) WHERE d <> c
  WITH d, r, at ORDER BY d.id
  SET d.lastSeq = d.lastSeq + 1, d.changedAt = datetime({epochMillis: timestamp()})
  CREATE (:Change {conversationId: d.id, ownerId: d.ownerId, seq: d.lastSeq, createdAt: at, type: 'LINK',
    action: 'DELETED', subjectId: r.id, ids: [r.fromId, r.toId]})
}
CALL (marked) {
  UNWIND marked AS row
  WITH row.m AS m
  MATCH (m)-[seen:REVISES|REPLAYS|REFERENCES|SAW|WITHOUT|INSTEAD|SET_ASIDE|REPAIRS|HAS_SYSTEM_PROMPT|STARTS_WITH]-()
  WITH DISTINCT seen
  DELETE seen
}
CALL (tasks, at) {
  UNWIND tasks AS t
  MATCH (t)-[:HAS_SUBTASK]->(:Subtask)-[:ATTEMPTED]->(a:Attempt {status: 'RUNNING'})
  SET a.status = 'CANCELLED', a.errorCode = 'CANCELLED', a.finishedAt = at, a.inputTokens = a.promptTokens, a.usageEstimated = true
}
WITH *, [row IN marked | row.m] AS messages
WITH *, COLLECT { UNWIND messages + summaries AS n MATCH (n)<-[:OF]-(p:Passage) RETURN p } AS passages,
  COLLECT { UNWIND messages AS n MATCH (n)<-[:ON]-(p:Annotation) RETURN p } AS annotations,
  COLLECT { UNWIND summaries AS n MATCH (n)-[:CLAIMS]->(p:Claim) RETURN p } AS claims,
  // A title that was made of what is deleted says what it said.
  any(n IN messages + tasks WHERE n.title = c.title) AS titled
FOREACH (n IN passages + annotations + claims | DETACH DELETE n)
FOREACH (x IN CASE WHEN titled THEN [c] ELSE [] END | SET x.title = 'New conversation')
FOREACH (ids IN CASE WHEN messages = [] THEN [] ELSE [[m IN messages | m.id]] END |
  CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: locked, createdAt: at, type: 'MESSAGE', action: 'DELETED', ids: ids}))
FOREACH (row IN marked | FOREACH (m IN [row.m] |
  REMOVE m:Message, m:Prompt, m:Response
  SET m:Erased
  CREATE (e)-[:ERASES {as: row.as, leads: row.leads}]->(m) MERGE (e)-[:SPREADS]->(m)))
FOREACH (t IN tasks |
  REMOVE t:Task, t.unfinished, t.leaseOwner, t.leaseUntil, t.idempotencyKey
  SET t:Erased
  CREATE (e)-[:DISMANTLES]->(t) CREATE (e)-[:SPREADS]->(t))
FOREACH (s IN summaries |
  REMOVE s:Summary
  SET s:Erased
  CREATE (e)-[:ERASES {as: 'SUMMARY'}]->(s) CREATE (e)-[:SPREADS]->(s))
SET e.branches = coalesce(e.branches, 0) + branches, e.annotations = coalesce(e.annotations, 0) + size(annotations),
  e.claims = coalesce(e.claims, 0) + size(claims)
RETURN c.lastSeq AS seq
