// Write the prompt of a subtask, unless it is there, and an attempt at it, before the provider is called.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (s:Subtask {id: row.subtaskId})<-[:HAS_SUBTASK]-(t:Task)<-[:HAS_TASK]-(c:Conversation)
  // This locks the conversation: what is looked at after it, another process cannot be changing.
  SET c.lastSeq = c.lastSeq + 2, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, s, t, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  WHERE s.status IN ['PENDING', 'READY', 'RUNNING'] AND t.unfinished AND t.leaseOwner = row.leaseOwner
  MATCH (t)-[:ASKED]->(asked:Prompt)
  FOREACH (x IN CASE WHEN row.promptId = asked.id THEN [1] END | MERGE (s)-[:ASKED]->(asked))
  CALL (row, s, c, seq, at, asked) {
    WITH * WHERE row.promptId <> asked.id AND NOT EXISTS { (s)-[:ASKED]->() }
    CREATE (p:Message:Prompt {id: row.promptId, createdAt: at, role: 'USER', content: row.content, length: size(row.content), title: row.title,
      depth: asked.depth + 1, seq: seq - 1, conversationId: c.id, ownerId: c.ownerId})
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
  CALL (row, s, t, seq, at) {
    WITH * WHERE NOT EXISTS { MATCH (:Attempt {id: row.attemptId}) }
    MERGE (model:Model {id: row.model.id})
      ON CREATE SET model.provider = row.model.provider, model.name = row.model.name, model.createdAt = at
    // Written where it changed only: a lock on a model would be one that every task waits for.
    FOREACH (x IN CASE WHEN row.model.contextWindow <> coalesce(model.contextWindow, 0) THEN [1] ELSE [] END |
      SET model.contextWindow = row.model.contextWindow)
    CREATE (s)-[:ATTEMPTED]->(a:Attempt {id: row.attemptId, number: row.number, status: 'RUNNING', createdAt: at,
      startedAt: at, ownerId: t.ownerId, heldBy: row.leaseOwner, promptTokens: row.promptTokens,
      reservedTokens: row.reservedTokens, reservedUsd: row.reservedUsd})
    CREATE (a)-[:USED]->(model)
    CREATE (:TaskEvent {createdAt: at, taskId: t.id, seq: seq, type: 'SUBTASK',
      status: 'RUNNING', subtaskId: s.id, attempt: row.number})
    SET s.status = 'RUNNING', s.startedAt = coalesce(s.startedAt, at), a.repair = row.repair,
      s.ownerId = t.ownerId, s.requestSha256 = row.requestSha256
    FOREACH (over IN row.passedOver |
      MERGE (m:Model {id: over.id})
        ON CREATE SET m.provider = over.provider, m.name = over.name, m.createdAt = at
      CREATE (a)-[:PASSED_OVER {reason: over.reason}]->(m))
    WITH row, a
    OPTIONAL MATCH (refused:Response {id: row.repairedId})
    FOREACH (x IN CASE WHEN refused IS NULL THEN [] ELSE [1] END | CREATE (a)-[:REPAIRS]->(refused))
    WITH row, a
    SET a.contextSha256 = row.contextSha256, a.formatInWords = row.formatInWords
    WITH row, a
    UNWIND row.saw AS seen
    OPTIONAL MATCH (m:Message {id: seen.id})
    OPTIONAL MATCH (summary:Summary {id: seen.id})
    WITH a, seen, coalesce(m, summary) AS what WHERE what IS NOT NULL
    CREATE (a)-[:SAW {as: seen.as}]->(what)
  }
  RETURN c.lastSeq AS seq
}
RETURN collect({n: row.n, seq: seq}) AS written
