// Keep the plan that a model made for an unfinished task: on the task, and as a strategy of its owner that it followed.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (t:Task {id: row.taskId})<-[:HAS_TASK]-(c:Conversation)
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  // Reading what was set ends the step that waits for the lock: the guard looks after it.
  WITH row, t, c, c.lastSeq AS locked, datetime({epochMillis: row.at}) AS at
  WHERE t.unfinished AND t.leaseOwner = row.leaseOwner
  SET t.plan = row.plan
  OPTIONAL MATCH (namesake:Strategy {ownerId: c.ownerId, currentName: row.name})
  MERGE (s:Strategy {id: row.strategyId})
    ON CREATE SET s.ownerId = c.ownerId, s.name = row.name, s.plan = row.plan, s.description = row.description,
      s.version = 1, s.origin = 'MODEL', s.createdAt = at,
      s.currentName = CASE WHEN namesake IS NULL THEN row.name END
  MERGE (t)-[:MADE]->(s)
  MERGE (t)-[:FOLLOWED]->(s)
  WITH t, s
  CALL (t, s) {
    // The plan is what the last planner answered that was answered in whole.
    MATCH (t)-[:HAS_SUBTASK]->(p:Subtask {kind: 'plan', status: 'SUCCEEDED'})
    WITH s, p ORDER BY p.index DESC LIMIT 1
    MATCH (p)-[:ATTEMPTED|REUSED]->(a)-[:YIELDED*0..1]->(answer:Response)
    WHERE a:Response AND a = answer OR a.status = 'SUCCEEDED' AND a:Attempt
    WITH s, answer ORDER BY a.number DESC LIMIT 1
    MERGE (s)-[:MADE_FROM]->(answer)
  }
  RETURN t.id AS id
}
RETURN collect({n: row.n}) AS written
