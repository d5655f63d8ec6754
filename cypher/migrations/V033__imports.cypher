// Imports, and conversations that are arriving: they are found by id, by owner, and by how far they are.
CREATE CONSTRAINT import_id IF NOT EXISTS FOR (n:Import) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT import_idempotency IF NOT EXISTS FOR (n:Import) REQUIRE (n.ownerId, n.idempotencyKey) IS UNIQUE;
CREATE INDEX import_owner IF NOT EXISTS FOR (n:Import) ON (n.ownerId, n.id);
CREATE INDEX import_status IF NOT EXISTS FOR (n:Import) ON (n.status, n.folder);
CREATE CONSTRAINT arrival_id IF NOT EXISTS FOR (n:Arrival) REQUIRE n.id IS UNIQUE;
CREATE INDEX arrival_age IF NOT EXISTS FOR (n:Arrival) ON (n.arrivedAt);
CREATE INDEX arrival_owner IF NOT EXISTS FOR (n:Arrival) ON (n.ownerId);
