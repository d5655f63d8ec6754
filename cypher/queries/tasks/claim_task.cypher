// Take over a task whose holder is gone (see read_lapsed_tasks) for $lease ms; what it had in flight is to be asked anew.
CYPHER 25
MATCH (t:Task {id: $id})<-[:HAS_TASK]-(c:Conversation)
// This locks the conversation, so the lease is looked at again: another process may have taken it meanwhile, and one
// that is not dead, only late, ends its attempt before it or after it.
SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
WITH t, properties(t) AS now
WHERE now.unfinished AND (split(now.leaseOwner, '/')[0] IN $dead OR now.leaseUntil < timestamp() OR now.leaseUntil IS NULL)
SET t.leaseOwner = $owner, t.leaseUntil = timestamp() + $lease
WITH t
CALL (t) {
  MATCH (t)-[:HAS_SUBTASK]->(s:Subtask {status: 'RUNNING'})
  SET s.status = 'READY'
  WITH s
  MATCH (s)-[:ATTEMPTED]->(a:Attempt {status: 'RUNNING'})
  SET a.status = 'INTERRUPTED', a.errorCode = 'INTERRUPTED', a.finishedAt = datetime(),
    a.error = 'The service stopped while the call was in flight: what it had received is lost.'
  RETURN count(a) AS interrupted
}
RETURN t.id AS id, interrupted
