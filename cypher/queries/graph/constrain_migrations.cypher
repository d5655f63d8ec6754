// A migration is recorded once; safe to run again, and by two replicas at once.
CYPHER 25
CREATE CONSTRAINT migration_version IF NOT EXISTS FOR (n:Migration) REQUIRE n.version IS UNIQUE
