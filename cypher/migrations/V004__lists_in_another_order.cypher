// Conversations are listed by their last activity too.
CREATE INDEX conversation_activity IF NOT EXISTS FOR (n:Conversation) ON (n.ownerId, n.updatedAt, n.id);
