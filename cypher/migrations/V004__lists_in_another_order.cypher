// Lists are read a page at a time in the order of an index, from either end.
CREATE INDEX conversation_activity IF NOT EXISTS FOR (n:Conversation) ON (n.ownerId, n.updatedAt, n.id);

// Tasks and subtasks know what they are listed in. Those that were made before get it here.
CYPHER 25
MATCH (c:Conversation)-[:HAS_TASK]->(t:Task)
WHERE t.conversationId IS NULL
CALL (c, t) {
  SET t.conversationId = c.id
} IN TRANSACTIONS OF 10000 ROWS;
CREATE INDEX task_conversation IF NOT EXISTS FOR (n:Task) ON (n.conversationId, n.id);
CYPHER 25
MATCH (t:Task)-[:HAS_SUBTASK]->(s:Subtask)
WHERE s.taskId IS NULL
CALL (t, s) {
  SET s.taskId = t.id
} IN TRANSACTIONS OF 10000 ROWS;
CREATE INDEX subtask_task IF NOT EXISTS FOR (n:Subtask) ON (n.taskId, n.index);

// Plans are listed by where they are from, the newest first.
CYPHER 25
MATCH (s:Strategy) WHERE s.origin IS NULL
SET s.origin = CASE WHEN s.madeBy IS NULL THEN 'CALLER' ELSE 'MODEL' END;
CREATE INDEX strategy_origin IF NOT EXISTS FOR (n:Strategy) ON (n.ownerId, n.origin, n.createdAt, n.id);
