// Unfinished tasks whose holder is gone: it is known to be dead, or it let its lease lapse.
CYPHER 25
// By the clock of Neo4j: those of the processes may differ.
MATCH (t:Task {unfinished: true})
WHERE split(t.leaseOwner, '/')[0] IN $dead OR t.leaseUntil < timestamp() OR t.leaseUntil IS NULL
RETURN t.id AS id ORDER BY id LIMIT $limit
