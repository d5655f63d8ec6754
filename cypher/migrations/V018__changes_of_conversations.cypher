// What subscribers are told of besides messages and tasks, read after a cursor; and a request that is sent twice with the same key is one.
CREATE CONSTRAINT change_idempotency IF NOT EXISTS FOR (n:Change) REQUIRE (n.ownerId, n.idempotencyKey) IS UNIQUE;
CREATE INDEX change_conversation IF NOT EXISTS FOR (n:Change) ON (n.conversationId, n.seq);
