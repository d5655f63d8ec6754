// Keep the tasks that this process is working on; those that are not returned are no longer ours to work on.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (t:Task {id: id})
// This waits for whoever ends or takes over the task and for nobody else, and writes nothing: the lease is looked at after it.
REMOVE t.taskId
WITH t, properties(t) AS now
WHERE now.unfinished AND now.leaseOwner = $owner
SET t.leaseUntil = timestamp() + $lease
RETURN t.id AS id
