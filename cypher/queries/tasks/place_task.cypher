// Give a task that waited its prompt: after what its branch says now, or what was received of an answer there whose task was cancelled.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (t:Task {id: row.taskId})<-[:HAS_TASK]-(c:Conversation)
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, t, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  WHERE t.unfinished AND t.leaseOwner = row.leaseOwner AND t.heldContent IS NOT NULL
  OPTIONAL MATCH (t)-[held:HELD_FOR]->(b:Branch)
  OPTIONAL MATCH (b)-[old:HEAD]->(head:Message)
  // Where the branch was deleted, it goes on from what it waited for.
  WITH *, coalesce(head, head(COLLECT {
    MATCH (t)-[:AWAITS]->(w:Task)-[said:RESULTED_IN|ASKED]->(m:Message) RETURN m ORDER BY w.id DESC, m.depth DESC LIMIT 1
  })) AS newest
  // Somebody who does not wait was faster, or what was received of an answer that was cut is still to be written.
  WITH *, head(COLLECT {
    MATCH (newest)<-[:ASKED]-(x:Task)
    WHERE x.unfinished OR x.status = 'CANCELLED' AND x.finishedAt.epochMillis > timestamp() - row.cutMs AND EXISTS {
      MATCH (x)-[:HAS_SUBTASK]->(:Subtask {kind: 'direct'})-[:ATTEMPTED]->(a:Attempt {status: 'CANCELLED'})
      WHERE a.latencyMs IS NULL }
    RETURN x ORDER BY x.id LIMIT 1 }) AS busy
  FOREACH (x IN CASE WHEN busy IS NULL THEN [] ELSE [busy] END | MERGE (t)-[:AWAITS]->(x))
  WITH * WHERE busy IS NULL AND NOT EXISTS { (t)-[:AWAITS]->(:Task {unfinished: true}) }
  WITH *, coalesce(head(COLLECT {
    MATCH (newest)<-[:RESPONDS_TO]-(r:Response)<-[:YIELDED]-(:Attempt)<-[:ATTEMPTED]-(:Subtask {kind: 'direct'})
      <-[:HAS_SUBTASK]-(:Task {status: 'CANCELLED'})
    WHERE r.status IN ['PARTIAL', 'COMPLETE'] AND r.content <> '' AND NOT EXISTS { (r)-[:CALLED]->() }
    RETURN r ORDER BY r.seq DESC LIMIT 1
  }), newest) AS above
  CREATE (p:Message:Prompt {id: row.promptId, createdAt: at, role: 'USER', content: t.heldContent,
    length: size(t.heldContent), title: t.heldTitle, depth: coalesce(above.depth + 1, 0), seq: seq,
    conversationId: c.id, ownerId: c.ownerId})
  CREATE (p)-[:IN_CONVERSATION]->(c)
  CREATE (t)-[:ASKED]->(p)
  SET c.updatedAt = at
  REMOVE t.heldContent, t.heldTitle, t.heldSeq
  DELETE held
  FOREACH (x IN CASE WHEN above IS NULL THEN [] ELSE [above] END | CREATE (p)-[:CONTINUES]->(x))
  FOREACH (x IN CASE WHEN above IS NULL THEN [1] ELSE [] END | CREATE (c)-[:STARTS_WITH]->(p))
  FOREACH (x IN CASE WHEN b IS NULL THEN [] ELSE [b] END | CREATE (x)-[:HEAD]->(p) DELETE old)
  RETURN p.id AS id
}
RETURN collect({n: row.n, id: id}) AS written
