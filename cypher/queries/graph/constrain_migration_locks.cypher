// There is one migration lock; safe to run again, and by two replicas at once.
CYPHER 25
CREATE CONSTRAINT migration_lock IF NOT EXISTS FOR (n:MigrationLock) REQUIRE n.id IS UNIQUE
