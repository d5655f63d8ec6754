// Delete some hundred subtasks of tasks that are being deleted. What was paid stays with what is left of the conversation, without a text.
CYPHER 25
MATCH (e:Erasure {id: $erasureId})
SET e.touchedAt = datetime()
WITH e, e.touchedAt AS locked
WITH e, COLLECT { MATCH (e)-[:DISMANTLES]->(:Erased)-[:HAS_SUBTASK]->(s:Subtask) RETURN DISTINCT s LIMIT $limit } AS subtasks
CALL (subtasks) {
  UNWIND subtasks AS s
  MATCH (c)-[:HAS_TASK|HAD_TASK]->(t:Erased)-[:HAS_SUBTASK]->(s)-[:ATTEMPTED]->(a:Attempt)
  CREATE (c)-[:PAID]->(a)
  SET a.taskId = t.id, a.taskType = t.type, a.strategy = t.strategy, a.kind = s.kind,
    a.wasted = a.status <> 'SUCCEEDED' OR s.status IN ['FAILED', 'CANCELLED', 'SKIPPED'],
    a.error = CASE WHEN a.error IS NOT NULL THEN 'What was asked is deleted.' END
  REMOVE a.repair, a.contextSha256, a.promptTokens
  WITH a
  CALL (a) { MATCH (a)-[told:SAW|REPAIRS|YIELDED]->() DELETE told }
  CALL (a) { MATCH (a)<-[told:REPLAYS_ATTEMPT]-() DELETE told }
  RETURN count(*) AS attempts
}
FOREACH (s IN subtasks | DETACH DELETE s)
SET e.subtasks = coalesce(e.subtasks, 0) + size(subtasks), e.attempts = coalesce(e.attempts, 0) + attempts
RETURN size(subtasks) AS done
