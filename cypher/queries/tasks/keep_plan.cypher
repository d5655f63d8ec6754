// Keep the plan that a model made for an unfinished task: on the task, and as a strategy of its owner that it followed.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (t:Task {id: row.taskId})<-[:HAS_TASK]-(c:Conversation)
  SET c.seq = c.seq + 1
  // Reading what was set ends the step that waits for the lock: the guard looks after it.
  WITH row, t, c, c.seq AS locked, datetime({epochMillis: row.at}) AS at
  WHERE t.unfinished AND t.leaseOwner = row.leaseOwner
  SET t.plan = row.plan
  MERGE (s:Strategy {ownerId: c.ownerId, name: row.name})
    ON CREATE SET s.id = row.strategyId, s.plan = row.plan, s.description = row.description, s.madeBy = t.id,
      s.createdAt = at
  MERGE (t)-[:FOLLOWED]->(s)
  RETURN t.id AS id
}
RETURN collect({n: row.n}) AS written
