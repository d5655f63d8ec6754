// What somebody asked to be summarized of a conversation is found by it, the newest first.
CREATE INDEX summary_conversation IF NOT EXISTS FOR (n:Summary) ON (n.conversationId, n.kind, n.id);
