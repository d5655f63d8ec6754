// Write a task that asks a prompt that is there: again, for an answer beside those that it has, or one that was revised.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  // One request may make several tasks: the first has its key.
  OPTIONAL MATCH (known:Task {ownerId: row.ownerId, idempotencyKey: row.key})
  WITH row, known WHERE known IS NULL OR known.id = row.firstId
  MATCH (c:Conversation {id: row.conversationId, ownerId: row.ownerId})
  WHERE NOT EXISTS { MATCH (:Task {id: row.taskId}) }
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()}), c.updatedAt = datetime({epochMillis: row.at})
  WITH row, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  MATCH (p:Prompt {id: row.promptId})-[:IN_CONVERSATION]->(c)
  MATCH (b:Branch {id: coalesce(row.branchId, c.defaultBranchId, row.mainBranchId)})-[:BRANCH_OF]->(c)
  CREATE (t:Task {id: row.taskId, createdAt: at, ownerId: row.ownerId, conversationId: c.id, type: row.type,
    strategy: row.strategy, status: 'PENDING', plan: row.plan, title: row.title, unfinished: true, keepsEvents: true,
    leaseOwner: row.leaseOwner, leaseUntil: timestamp() + row.lease, idempotencyKey: row.idempotencyKey,
    causeKey: row.causeKey, requestHash: row.requestHash,
    movesBranch: CASE WHEN row.aside THEN '' ELSE b.id END})
  SET t += row.settings
  CREATE (c)-[:HAS_TASK]->(t)
  CREATE (t)-[:ASKED]->(p)
  CREATE (:TaskEvent {createdAt: at, taskId: t.id, conversationId: c.id, seq: seq, type: 'TASK', status: 'PENDING'})
  MERGE (template:Template {id: row.template.id})
    ON CREATE SET template += row.template, template.createdAt = at
  CREATE (t)-[:FILLED_IN]->(template)
  FOREACH (tool IN row.tools |
    MERGE (offered:Tool {ownerId: row.ownerId, name: tool.name})
      ON CREATE SET offered.id = tool.id, offered.createdAt = at
    CREATE (t)-[:OFFERS {index: tool.index, description: tool.description, parameters: tool.parameters}]->(offered))
  CALL (row, t) {
    MATCH (answer:Response {id: row.regeneratesId})
    CREATE (t)-[:REGENERATES]->(answer)
  }
  CALL (row, t) {
    MATCH (:Task {id: row.originalId})-[read:READS]->(s:Source)
    CREATE (t)-[:READS {index: read.index, name: read.name, mediaType: read.mediaType}]->(s)
  }
  CALL (row, t) {
    MATCH (:Task {id: row.originalId})-[:FOLLOWED]->(kept:Strategy)
    CREATE (t)-[:FOLLOWED]->(kept)
  }
}
OPTIONAL MATCH (known:Task {ownerId: row.ownerId, idempotencyKey: row.key})
OPTIONAL MATCH (fresh:Task {id: row.taskId})
WITH row, coalesce(fresh, known) AS t WHERE t IS NOT NULL
RETURN collect({n: row.n, id: t.id, requestHash: t.requestHash}) AS written
