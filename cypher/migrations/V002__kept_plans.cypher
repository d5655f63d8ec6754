// An owner's plans are found by their names, and a save that is sent twice is one save.
CREATE CONSTRAINT strategy_name IF NOT EXISTS FOR (n:Strategy) REQUIRE (n.ownerId, n.name) IS UNIQUE;
CREATE CONSTRAINT strategy_idempotency IF NOT EXISTS
  FOR (n:Strategy) REQUIRE (n.ownerId, n.idempotencyKey) IS UNIQUE;
