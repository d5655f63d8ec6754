// One id, one node: MERGE on these ids is what makes every write safe to repeat.
CREATE CONSTRAINT conversation_id IF NOT EXISTS FOR (n:Conversation) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT message_id IF NOT EXISTS FOR (n:Message) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT branch_id IF NOT EXISTS FOR (n:Branch) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT task_id IF NOT EXISTS FOR (n:Task) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT subtask_id IF NOT EXISTS FOR (n:Subtask) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT attempt_id IF NOT EXISTS FOR (n:Attempt) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT model_id IF NOT EXISTS FOR (n:Model) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT source_id IF NOT EXISTS FOR (n:Source) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT summary_id IF NOT EXISTS FOR (n:Summary) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT strategy_id IF NOT EXISTS FOR (n:Strategy) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT task_event_id IF NOT EXISTS FOR (n:TaskEvent) REQUIRE n.id IS UNIQUE;

// A request that is sent twice with the same key is one request.
CREATE CONSTRAINT conversation_idempotency IF NOT EXISTS
  FOR (n:Conversation) REQUIRE (n.ownerId, n.idempotencyKey) IS UNIQUE;
CREATE CONSTRAINT task_idempotency IF NOT EXISTS
  FOR (n:Task) REQUIRE (n.ownerId, n.idempotencyKey) IS UNIQUE;

// Lists are paged by id, which sorts by time.
CREATE INDEX conversation_owner IF NOT EXISTS FOR (n:Conversation) ON (n.ownerId, n.id);
CREATE INDEX task_owner IF NOT EXISTS FOR (n:Task) ON (n.ownerId, n.id);

// Unfinished tasks carry `unfinished`; finished ones do not, so the index holds only what is at work.
CREATE INDEX task_unfinished IF NOT EXISTS FOR (n:Task) ON (n.unfinished);

// Events are read after a cursor.
CREATE INDEX task_event_task IF NOT EXISTS FOR (n:TaskEvent) ON (n.taskId, n.seq);
CREATE INDEX task_event_conversation IF NOT EXISTS FOR (n:TaskEvent) ON (n.conversationId, n.seq);
CREATE INDEX message_conversation IF NOT EXISTS FOR (n:Message) ON (n.conversationId, n.seq);
