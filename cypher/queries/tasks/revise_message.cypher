// Write a message in place of another: with the same parents, or beside it at the beginning. The branch that is named, or a new one, moves to it.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (c:Conversation {id: row.conversationId, ownerId: row.ownerId})
  SET c.lastSeq = c.lastSeq + 3, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  OPTIONAL MATCH (known:Change {ownerId: row.ownerId, idempotencyKey: row.key})
  OPTIONAL MATCH (task:Task {ownerId: row.ownerId, idempotencyKey: row.key})
  OPTIONAL MATCH (m:Message {id: row.messageId})-[:IN_CONVERSATION]->(c)
  OPTIONAL MATCH (b:Branch {id: row.branchId})-[:BRANCH_OF]->(c)
  OPTIONAL MATCH (b)-[old:HEAD]->(head:Message)
  WITH row, c, seq, at, known, task, m, b, old, head, CASE
    WHEN known IS NOT NULL OR task IS NOT NULL THEN 'KNOWN'
    WHEN m IS NULL THEN 'NO_MESSAGE'
    WHEN row.branchId IS NOT NULL AND b IS NULL THEN 'NO_BRANCH'
    WHEN head.depth - m.depth > row.mostAbove THEN 'TOO_FAR'
    WHEN b IS NOT NULL AND head <> m AND NOT EXISTS {
      MATCH ANY SHORTEST (head) (()-[:CONTINUES|RESPONDS_TO]->(x WHERE x.depth >= m.depth)){1,} (m) } THEN 'NOT_ON_BRANCH'
    WHEN row.newBranch IS NOT NULL AND EXISTS { (c)<-[:BRANCH_OF]-(:Branch {name: row.newBranch.name}) } THEN 'NAME_TAKEN'
    ELSE 'DONE' END AS outcome
  CALL (row, c, seq, at, m, b, old, head, outcome) {
    WITH * WHERE outcome = 'DONE'
    CREATE (r:Message:$(row.kind) {id: row.id, createdAt: at, content: row.content, length: size(row.content),
      title: row.title, depth: m.depth, seq: seq - 2, conversationId: c.id, ownerId: c.ownerId})
    SET r += row.properties, c.updatedAt = at
    CREATE (r)-[:IN_CONVERSATION]->(c)
    CREATE (r)-[:REVISES]->(m)
    FOREACH (x IN CASE WHEN EXISTS { (c)-[:STARTS_WITH]->(m) } THEN [1] ELSE [] END | CREATE (c)-[:STARTS_WITH]->(r))
    FOREACH (x IN COLLECT { MATCH (m)-[e:CONTINUES]->(above) RETURN {above: above, said: properties(e)} } |
      FOREACH (above IN [x.above] | CREATE (r)-[e:CONTINUES]->(above) SET e = x.said))
    FOREACH (above IN COLLECT { MATCH (m)-[:RESPONDS_TO]->(above) RETURN above } | CREATE (r)-[:RESPONDS_TO]->(above))
    CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq - 1, createdAt: at, type: 'MESSAGE',
      action: 'REVISED', subjectId: r.id, branchId: b.id, formerHeadId: head.id, idempotencyKey: row.key, requestHash: row.requestHash})
    FOREACH (x IN CASE WHEN b IS NULL THEN [] ELSE [b] END | CREATE (x)-[:HEAD]->(r) DELETE old)
    FOREACH (new IN CASE WHEN row.newBranch IS NULL THEN [] ELSE [row.newBranch] END |
      CREATE (n:Branch {id: new.id, name: new.name, createdAt: at})-[:BRANCH_OF]->(c)
      CREATE (n)-[:HEAD]->(r))
    // Whoever shows the branch is told that it goes another way; where the message was its newest, the new one tells it.
    FOREACH (x IN CASE WHEN (b IS NULL OR head = m) AND row.newBranch IS NULL THEN [] ELSE [1] END |
      CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq, createdAt: at, type: 'BRANCH',
        action: CASE WHEN b IS NULL THEN 'MADE' ELSE 'MOVED' END, subjectId: coalesce(b.id, row.newBranch.id),
        name: coalesce(b.name, row.newBranch.name), causeKey: row.key}))
  }
  RETURN outcome, seq, known.subjectId AS knownId, coalesce(known.requestHash, task.requestHash) AS requestHash
}
RETURN collect({n: row.n, outcome: outcome, seq: seq, id: coalesce(knownId, row.id), requestHash: requestHash}) AS written
