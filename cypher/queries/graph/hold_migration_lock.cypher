// Take the one lock under which migrations are applied; it is held until the transaction ends.
CYPHER 25
MERGE (lock:MigrationLock {id: 'migrations'})
SET lock.heldAt = datetime()
