// Delete some hundred subtasks of tasks that a pruning takes with it, with their prompts and answers. What was paid stays, without a text.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (x:Pruning {id: row.pruningId})
  MATCH (c:Conversation {id: x.conversationId})
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  WITH x, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  WITH *, COLLECT { MATCH (x)-[:DISMANTLES]->(t:Task)-[:HAS_SUBTASK]->(s:Subtask) WHERE t.unfinished IS NULL RETURN DISTINCT s LIMIT 200 } AS subtasks
  CALL (c, subtasks) {
    UNWIND subtasks AS s
    MATCH (t:Task)-[:HAS_SUBTASK]->(s)-[:ATTEMPTED]->(a:Attempt)
    CREATE (c)-[:PAID]->(a)
    SET a.taskId = t.id, a.taskType = t.type, a.strategy = t.strategy, a.kind = s.kind,
      a.wasted = a.status <> 'SUCCEEDED' OR s.status IN ['FAILED', 'CANCELLED', 'SKIPPED'],
      a.error = CASE WHEN a.error IS NOT NULL THEN 'What was asked is deleted.' END
    REMOVE a.repair, a.contextSha256, a.promptTokens
    WITH a
    MATCH (a)-[told:SAW|REPAIRS]->()
    DELETE told
  }
  WITH *, COLLECT {
    UNWIND subtasks AS s
    MATCH (s)-[:ASKED]->(q:Prompt) WHERE s.kind <> 'direct'
    RETURN q AS m
    UNION
    UNWIND subtasks AS s
    MATCH (s)-[:ATTEMPTED]->(:Attempt)-[:YIELDED]->(r:Response)
    RETURN r AS m
  } AS gone
  WITH *, [m IN gone | m.id] AS ids
  FOREACH (x IN CASE WHEN ids = [] THEN [] ELSE [x] END |
    CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq, createdAt: at, type: 'MESSAGE',
      action: 'DELETED', ids: ids, causeKey: x.causeKey}))
  CALL (gone) {
    UNWIND gone AS m
    MATCH (m)<-[:OF|ON]-(x:Passage|Annotation)
    DETACH DELETE x
  }
  FOREACH (m IN gone | DETACH DELETE m)
  FOREACH (s IN subtasks | DETACH DELETE s)
  RETURN seq, size(subtasks) AS deleted
}
RETURN collect({n: row.n, seq: seq, deleted: deleted}) AS written
