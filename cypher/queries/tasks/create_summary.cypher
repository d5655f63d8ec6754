// Write a task that summarizes messages, or summaries of one level; nothing where one of them is or will be in another of that level.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (c:Conversation {id: row.conversationId, ownerId: row.ownerId})
  WHERE NOT EXISTS { MATCH (:Task {id: row.taskId}) }
  SET c.lastSeq = c.lastSeq + 2, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  // What is looked at behind the lock, another process cannot be changing.
  MATCH (ends:Message {id: row.endsAt})-[:IN_CONVERSATION]->(c)
  CALL (row, c) {
    UNWIND row.members AS id
    MATCH (x:Message {id: id, conversationId: c.id})
    RETURN x
    UNION ALL
    WITH row, c
    UNWIND row.members AS id
    MATCH (x:Summary {id: id, conversationId: c.id})
    RETURN x
  }
  WITH row, c, seq, at, ends, collect(x) AS members
  WHERE size(members) = size(row.members) AND (row.kind <> 'STRETCH' OR none(x IN members WHERE
    EXISTS { (x)<-[:SUMMARIZES]-(:Summary {kind: 'STRETCH'}) } OR EXISTS {
      (x)<-[:COVERS]-(:Subtask)<-[:HAS_SUBTASK]-(t:Task {summaryKind: 'STRETCH'}) WHERE t.unfinished
        OR (t.model = row.settings.model AND t.status <> 'SUCCEEDED') }))
  CREATE (t:Task {id: row.taskId, createdAt: at, ownerId: row.ownerId, conversationId: c.id, type: row.type,
    strategy: row.strategy, status: 'PENDING', title: row.title, unfinished: true, keepsEvents: true,
    leaseOwner: row.leaseOwner, leaseUntil: timestamp() + row.lease, idempotencyKey: row.idempotencyKey,
    requestHash: row.requestHash, summaryKind: row.kind, summaryForm: row.form, deletesBranch: row.deletesBranch, summaryLevel: row.level, coveredTokens: row.coveredTokens,
    coveredMessages: reduce(n = 0, x IN members | n + CASE WHEN x:Message THEN 1 ELSE x.messages END), coveredMembers: size(row.members)})
  SET t += row.settings
  CREATE (c)-[:HAS_TASK]->(t)
  MERGE (template:Template {id: row.template.id})
    ON CREATE SET template += row.template, template.createdAt = at
  CREATE (t)-[:FILLED_IN]->(template)
  CREATE (p:Message:Prompt {id: row.promptId, createdAt: at, role: 'USER', content: row.content, length: size(row.content),
    title: row.promptTitle, depth: ends.depth + 1, seq: seq - 1, conversationId: c.id, ownerId: c.ownerId})
  CREATE (p)-[:IN_CONVERSATION]->(c)
  CREATE (p)-[:ABOUT]->(ends)
  CREATE (t)-[:ASKED]->(p)
  CREATE (:TaskEvent {createdAt: at, taskId: t.id, conversationId: c.id, seq: seq, type: 'TASK', status: 'PENDING'})
  CREATE (s:Subtask {id: row.subtaskId, taskId: t.id, key: row.key, index: 0, title: row.title, kind: 'summary',
    status: 'READY', createdAt: at})
  CREATE (t)-[:HAS_SUBTASK]->(s)
  WITH row, s, members
  UNWIND members AS x
  WITH row, s, x, [i IN range(0, size(row.members) - 1) WHERE row.members[i] = x.id][0] AS i
  CREATE (s)-[:COVERS {index: i}]->(x)
}
OPTIONAL MATCH (t:Task {id: row.taskId})
WITH row, t WHERE t IS NOT NULL
RETURN collect({n: row.n, id: t.id}) AS written
