// Usage of a time is read from the attempts themselves: they carry their owner. Those that were made before get it here.
CYPHER 25
MATCH (a:Attempt)<-[:ATTEMPTED]-(:Subtask)<-[:HAS_SUBTASK]-(t:Task)
WHERE a.ownerId IS NULL
CALL (a, t) {
  SET a.ownerId = t.ownerId
} IN TRANSACTIONS OF 10000 ROWS;
CREATE INDEX attempt_owner IF NOT EXISTS FOR (n:Attempt) ON (n.ownerId, n.startedAt);
