// Which of these tasks are still this process's to work on: they are neither over nor taken over.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (t:Task {id: id})
WHERE t.unfinished AND t.leaseOwner = $owner
RETURN t.id AS id
