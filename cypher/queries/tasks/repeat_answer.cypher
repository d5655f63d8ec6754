// Say again, for a subtask, an answer of the chat or of another conversation that was there already: nobody is asked.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (s:Subtask {id: row.subtaskId})<-[:HAS_SUBTASK]-(t:Task)<-[:HAS_TASK]-(c:Conversation)
  SET c.lastSeq = c.lastSeq + 3, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, s, t, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  WHERE s.status IN ['PENDING', 'READY', 'RUNNING'] AND t.unfinished AND t.leaseOwner = row.leaseOwner
    AND NOT EXISTS { MATCH (:Message {id: row.acceptedId}) }
  MATCH (found:Response {id: row.responseId, ownerId: t.ownerId})
  WITH *, coalesce(head(COLLECT { MATCH (found)-[:REPEATS]->(x:Response) RETURN x }), found) AS said
  MATCH (t)-[:ASKED]->(asked:Prompt)
  CALL (row, s, c, seq, at, asked) {
    WITH * WHERE row.promptId <> asked.id AND NOT EXISTS { (s)-[:ASKED]->() }
    CREATE (p:Message:Prompt {id: row.promptId, createdAt: at, role: 'USER', content: row.content, length: size(row.content), title: row.title,
      depth: asked.depth + 1, seq: seq - 2, conversationId: c.id, ownerId: c.ownerId})
    CREATE (p)-[:IN_CONVERSATION]->(c)
    CREATE (s)-[:ASKED]->(p)
    CREATE (p)-[:DECOMPOSES]->(asked)
    WITH row, p
    CALL (row, p) {
      UNWIND row.spans AS span
      MATCH (source:Source {id: span.sourceId})
      CREATE (p)-[:ABOUT {start: span.start, end: span.end}]->(source)
    }
    CALL (row, p) {
      UNWIND row.uses AS used
      MATCH (answer:Message {id: used})
      CREATE (p)-[:USES]->(answer)
    }
  }
  FOREACH (x IN CASE WHEN row.promptId = asked.id THEN [1] ELSE [] END | MERGE (s)-[:ASKED]->(asked))
  WITH *
  MATCH (s)-[:ASKED]->(p:Prompt)
  CREATE (r:Message:Response {id: row.acceptedId, createdAt: at, content: said.content, length: said.length, reasoning: said.reasoning,
    status: said.status, finishReason: said.finishReason, title: said.title, depth: p.depth + 1, seq: seq - 1,
    conversationId: c.id, ownerId: c.ownerId})
  CREATE (r)-[:RESPONDS_TO]->(p)
  CREATE (r)-[:IN_CONVERSATION]->(c)
  CREATE (r)-[:REPEATS]->(said)
  WITH *, head(COLLECT { MATCH (a:Attempt)-[:YIELDED]->(said) RETURN a }) AS a
  CREATE (s)-[:REUSED {tokens: a.inputTokens + coalesce(a.outputTokens, 0), costUsd: a.costUsd}]->(r)
  SET s.status = 'SUCCEEDED', s.startedAt = coalesce(s.startedAt, at), s.finishedAt = at, s.tokens = row.tokens,
    s.ownerId = t.ownerId, s.reusedAt = at, s.requestSha256 = row.requestSha256
  CREATE (:TaskEvent {createdAt: at, taskId: t.id, seq: seq, type: 'SUBTASK', status: 'SUCCEEDED', subtaskId: s.id})
  WITH row, s, r, p, seq
  CALL (row, s) {
    UNWIND row.saw AS seen
    OPTIONAL MATCH (m:Message {id: seen.id})
    OPTIONAL MATCH (summary:Summary {id: seen.id})
    WITH s, seen, coalesce(m, summary) AS what WHERE what IS NOT NULL
    CREATE (s)-[:SAW {as: seen.as}]->(what)
  }
  CALL (s, r, p) {
    WITH * WHERE s.kind = 'reduce'
    MATCH (p)-[:USES]->(used:Response)
    CREATE (r)-[:SYNTHESIZES]->(used)
  }
  RETURN r.id AS id, seq
}
RETURN collect({n: row.n, id: id, seq: seq}) AS written
