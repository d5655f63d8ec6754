// Keep the tasks that this process is working on; those that are not returned are no longer ours to work on.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (t:Task {id: id})
WHERE t.unfinished AND t.leaseOwner = $owner
SET t.leaseUntil = timestamp() + $lease
RETURN t.id AS id
