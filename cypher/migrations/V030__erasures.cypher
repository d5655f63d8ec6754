// The receipts of what was deleted, those that are under way, and what has lost its label until it is deleted.
CREATE CONSTRAINT erasure_id IF NOT EXISTS FOR (n:Erasure) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT erasure_idempotency IF NOT EXISTS FOR (n:Erasure) REQUIRE (n.ownerId, n.idempotencyKey) IS UNIQUE;
CREATE INDEX erasure_status IF NOT EXISTS FOR (n:Erasure) ON (n.status, n.id);
CREATE INDEX erasure_subject IF NOT EXISTS FOR (n:Erasure) ON (n.subjectId);
CREATE INDEX erasure_owner IF NOT EXISTS FOR (n:Erasure) ON (n.ownerId, n.createdAt, n.id);
CREATE INDEX erasure_changes IF NOT EXISTS FOR (n:Erasure) ON (n.ownerId, n.changedAt);
CREATE CONSTRAINT erased_id IF NOT EXISTS FOR (n:Erased) REQUIRE n.id IS UNIQUE;
CREATE INDEX draft_owner IF NOT EXISTS FOR (n:Draft) ON (n.ownerId);
