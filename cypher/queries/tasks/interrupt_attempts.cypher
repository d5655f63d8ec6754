// Mark what was in flight when a task's process died, so that it is asked anew.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (t:Task {id: id})<-[:HAS_TASK]-(c:Conversation)
// This locks the conversation: a process that is not dead, only late, ends its attempt before it or after it.
SET c.lastSeq = c.lastSeq + 1
WITH t, c.lastSeq AS locked
MATCH (t)-[:HAS_SUBTASK]->(s:Subtask {status: 'RUNNING'})
SET s.status = 'READY'
WITH s
MATCH (s)-[:ATTEMPTED]->(a:Attempt {status: 'RUNNING'})
// It was sent, perhaps, and nobody knows what came of it: what it read is estimated, until its process says better.
SET a.inputTokens = a.promptTokens, a.usageEstimated = true,
  a.status = 'INTERRUPTED', a.errorCode = 'INTERRUPTED', a.finishedAt = datetime(),
  a.error = 'The service stopped while the call was in flight: what it had received is lost.'
RETURN count(a) AS interrupted
