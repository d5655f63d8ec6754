// Conversations that have days of their own: the others are not in it.
CREATE INDEX conversation_keep_days IF NOT EXISTS FOR (n:Conversation) ON (n.keepDays);
