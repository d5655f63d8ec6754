// Write a task with its conversation, its sources and its prompt, which continues from a message, the head, or nothing.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  OPTIONAL MATCH (known:Task {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  WITH row, known WHERE known IS NULL
  CALL (row) {
    // What was deleted is not written again by a late request.
    WITH row WHERE row.newConversation AND NOT EXISTS { MATCH (:Erasure {subjectId: row.conversationId}) }
    MERGE (c:Conversation {id: row.conversationId})
      ON CREATE SET c.ownerId = row.ownerId, c.title = row.title, c.lastSeq = 0,
        c.createdAt = datetime({epochMillis: row.at}), c.updatedAt = datetime({epochMillis: row.at})
    MERGE (b:Branch {id: row.mainBranchId})
      ON CREATE SET b.name = 'main', b.createdAt = datetime({epochMillis: row.at})
    MERGE (b)-[:BRANCH_OF]->(c)
  }
  MATCH (c:Conversation {id: row.conversationId, ownerId: row.ownerId})
  WHERE NOT EXISTS { MATCH (:Task {id: row.taskId}) }
  SET c.lastSeq = c.lastSeq + 2 + size(coalesce(row.results, [])), c.changedAt = datetime({epochMillis: timestamp()}),
    c.updatedAt = datetime({epochMillis: row.at})
  WITH row, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  MATCH (b:Branch {id: coalesce(row.branchId, c.defaultBranchId, row.mainBranchId)})-[:BRANCH_OF]->(c)
  OPTIONAL MATCH (b)-[old:HEAD]->(head:Message)
  OPTIONAL MATCH (given:Message {id: row.parentId})-[:IN_CONVERSATION]->(c)
  WITH row, c, b, seq, at, old, head, CASE WHEN row.root THEN null ELSE coalesce(given, head) END AS parent
    WHERE (row.parentId IS NULL OR given IS NOT NULL)
      AND all(id IN coalesce(row.expectedHeads, []) WHERE coalesce(id = head.id, false))
      AND NOT (coalesce(row.expectsNone, false) AND head IS NOT NULL)
      AND all(side IN coalesce(row.sides, []) WHERE EXISTS {
        MATCH (:Branch {id: side.branchId})-[:HEAD]->(:Message {id: side.messageId}) })
  // Who does not simply continue asks whether somebody still answers on the branch, or waits for that.
  CALL (row, b, head) {
    WITH row, b, head WHERE row.whenBusy IS NOT NULL
    WITH row, head(COLLECT {
        MATCH (head)<-[:ASKED]-(t:Task)
        // Or what was received of its answer, which was cut, is still to be written.
        WHERE t.unfinished OR t.status = 'CANCELLED' AND t.finishedAt.epochMillis > timestamp() - row.cutMs AND EXISTS {
          MATCH (t)-[:HAS_SUBTASK]->(:Subtask {kind: 'direct'})-[:ATTEMPTED]->(a:Attempt {status: 'CANCELLED'})
          WHERE a.latencyMs IS NULL }
        RETURN t ORDER BY t.unfinished, t.id LIMIT 1 }) AS busy,
      COLLECT { MATCH (b)<-[:HELD_FOR]-(t:Task {unfinished: true}) RETURN t ORDER BY t.heldSeq DESC } AS waiting
    RETURN busy, coalesce(head(waiting), busy) AS awaited, size(waiting) AS waits
    UNION ALL
    WITH row WHERE row.whenBusy IS NULL
    RETURN null AS busy, null AS awaited, 0 AS waits
  }
  WITH *, awaited IS NOT NULL AS held WHERE NOT held OR (row.whenBusy <> 'REJECT' AND waits < row.mostWaiting)
  // Results of the parent's tool calls come first, each continuing from the one before it.
  CALL (row, c, seq, at, parent) {
    UNWIND range(0, size(coalesce(row.results, [])) - 1) AS i
    CREATE (r:Message:Prompt {id: row.results[i].id, createdAt: at, role: 'TOOL', content: row.results[i].content, length: size(row.results[i].content),
      title: row.results[i].title, toolCallId: row.results[i].toolCallId, toolName: row.results[i].toolName,
      isError: row.results[i].isError, depth: parent.depth + 1 + i, seq: seq - 1 - size(row.results) + i,
      conversationId: c.id, ownerId: c.ownerId})
    CREATE (r)-[:IN_CONVERSATION]->(c)
    CREATE (r)-[:RESULT_OF {toolCallId: r.toolCallId}]->(parent)
    WITH r ORDER BY r.depth
    WITH collect(r) AS chain
    FOREACH (i IN range(0, size(chain) - 1) | FOREACH (r IN [chain[i]] |
      FOREACH (above IN [CASE WHEN i = 0 THEN parent ELSE chain[i - 1] END] | CREATE (r)-[:CONTINUES]->(above))))
    RETURN last(chain) AS lastResult
  }
  WITH *, coalesce(lastResult, parent) AS above
  // What reads much was written before it, in pieces: then the draft becomes the task.
  CALL (row) {
    WITH row WHERE row.draftId IS NULL
    CREATE (t:Task {id: row.taskId})
    RETURN t
    UNION ALL
    WITH row
    MATCH (t:Draft {id: row.draftId})
    SET t:Task
    SET t.documentsLeft = row.documentsLeft
    REMOVE t:Draft, t.readings, t.draftedAt
    RETURN t
  }
  SET t += {createdAt: at, ownerId: row.ownerId, conversationId: c.id, type: row.type,
    strategy: row.strategy, status: 'PENDING', plan: row.plan, title: row.title, unfinished: true, keepsEvents: true,
    leaseOwner: row.leaseOwner, leaseUntil: timestamp() + row.lease, idempotencyKey: row.idempotencyKey,
    requestHash: row.requestHash}
  SET t += row.settings
  CREATE (c)-[:HAS_TASK]->(t)
  MERGE (template:Template {id: row.template.id})
    ON CREATE SET template += row.template, template.createdAt = at
  CREATE (t)-[:FILLED_IN]->(template)
  CALL (row, t) {
    MATCH (kept:Strategy {id: row.strategyId})
    CREATE (t)-[:FOLLOWED]->(kept)
  }
  CREATE (:TaskEvent {createdAt: at, taskId: t.id, conversationId: c.id,
    seq: seq, type: 'TASK', status: 'PENDING'})
  FOREACH (tool IN row.tools |
    MERGE (offered:Tool {ownerId: row.ownerId, name: tool.name})
      ON CREATE SET offered.id = tool.id, offered.createdAt = at
    CREATE (t)-[:OFFERS {index: tool.index, description: tool.description, parameters: tool.parameters}]->(offered))
  FOREACH (x IN CASE WHEN held THEN [awaited] ELSE [] END |
    SET t.heldContent = row.content, t.heldTitle = row.promptTitle, t.heldSeq = seq
    CREATE (t)-[:HELD_FOR]->(b)
    CREATE (t)-[:AWAITS]->(x))
  FOREACH (x IN CASE WHEN held AND row.whenBusy = 'INTERRUPT' AND busy.unfinished THEN [busy] ELSE [] END |
    CREATE (t)-[:INTERRUPTED]->(x))
  WITH * WHERE NOT held
  CREATE (p:Message:Prompt {id: row.promptId, createdAt: at, role: coalesce(row.role, 'USER'),
    content: row.content, length: size(row.content), title: row.promptTitle, toolCallId: row.toolCallId, toolName: row.toolName,
    isError: row.isError, depth: coalesce(above.depth + 1, 0), seq: seq - 1, conversationId: c.id, ownerId: c.ownerId})
  CREATE (p)-[:IN_CONVERSATION]->(c)
  CREATE (t)-[:ASKED]->(p)
  FOREACH (x IN CASE WHEN parent IS NULL THEN [1] END | CREATE (c)-[:STARTS_WITH]->(p))
  FOREACH (x IN CASE WHEN above IS NOT NULL THEN [above] END | CREATE (p)-[:CONTINUES]->(x))
  FOREACH (x IN CASE WHEN row.toolCallId IS NOT NULL THEN [parent] END |
    CREATE (p)-[:RESULT_OF {toolCallId: row.toolCallId}]->(x))
  FOREACH (x IN CASE WHEN head IS NULL OR parent = head THEN [1] END | CREATE (b)-[:HEAD]->(p) DELETE old)
  FOREACH (reading IN row.sources |
    MERGE (s:Source {ownerId: row.ownerId, sha256: reading.source.sha256})
      ON CREATE SET s += reading.source, s.title = reading.name, s.createdAt = at
    CREATE (t)-[:READS {index: reading.index, name: reading.name, mediaType: reading.source.mediaType}]->(s)
    FOREACH (x IN CASE WHEN row.direct THEN [1] ELSE [] END |
      CREATE (p)-[:ABOUT {start: 0, end: reading.source.length}]->(s)))
  CALL (row, t, p) {
    WITH * WHERE row.direct AND row.draftId IS NOT NULL
    MATCH (t)-[:READS]->(s:Source)
    CREATE (p)-[:ABOUT {start: 0, end: s.length}]->(s)
  }
}
OPTIONAL MATCH (known:Task {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
OPTIONAL MATCH (fresh:Task {id: row.taskId})
WITH row, coalesce(known, fresh) AS t WHERE t IS NOT NULL
RETURN collect({n: row.n, id: t.id, requestHash: t.requestHash, held: t.heldContent IS NOT NULL}) AS written
