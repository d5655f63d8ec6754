// Conversations know when their number was raised last. Those that were made before get their last activity.
CYPHER 25
MATCH (c:Conversation)
WHERE c.changedAt IS NULL
CALL (c) {
  SET c.changedAt = c.updatedAt
} IN TRANSACTIONS OF 10000 ROWS;
CREATE INDEX conversation_changes IF NOT EXISTS FOR (n:Conversation) ON (n.ownerId, n.changedAt, n.id);
