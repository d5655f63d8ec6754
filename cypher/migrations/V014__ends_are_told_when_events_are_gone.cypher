// Who follows a conversation is told how a task ended when its events are gone: the number of the last one stays on the task.
CREATE INDEX task_end IF NOT EXISTS FOR (n:Task) ON (n.conversationId, n.endSeq);
