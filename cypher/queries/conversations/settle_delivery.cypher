// End what had not ended when a conversation was exported: it does not go on here by itself.
CYPHER 25
MATCH (t:Incoming) WHERE t.incomingTo = $deliveryId AND t.incomingAs = 'Task' AND t.incomingId >= '' AND t.unfinished
WITH t LIMIT 100
WITH t, datetime({epochMillis: timestamp()}) AS at, 'It had not ended when its conversation was exported.' AS why
CALL (t, at, why) {
  MATCH (t)-[:HAS_SUBTASK]->(s)-[:ATTEMPTED]->(a)
  WHERE a.status = 'RUNNING' OR (a.status = 'SUCCEEDED' AND NOT EXISTS { (a)-[:YIELDED]->() })
  SET a.status = 'INTERRUPTED', a.error = why, a.errorCode = 'INTERRUPTED', a.finishedAt = coalesce(a.finishedAt, at)
}
CALL (t, at, why) {
  MATCH (t)-[:HAS_SUBTASK]->(s)
  WHERE s.status IN ['PENDING', 'READY', 'RUNNING'] OR (s.status = 'SUCCEEDED' AND NOT EXISTS { (s)-[:REUSED]->() }
    AND NOT EXISTS { (s)-[:ATTEMPTED]->({status: 'SUCCEEDED'}) })
  SET s.status = 'CANCELLED', s.error = why, s.errorCode = 'CANCELLED', s.finishedAt = coalesce(s.finishedAt, at)
}
SET t.status = 'CANCELLED', t.note = why, t.finishedAt = at
REMOVE t.unfinished, t.leaseOwner, t.leaseUntil
RETURN count(t) AS settled
