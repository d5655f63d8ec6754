// Take over unfinished tasks whose holder is gone: it is known to be dead, or it let its lease (ms) lapse.
CYPHER 25
// By the clock of Neo4j: those of the processes may differ.
MATCH (t:Task {unfinished: true})
WHERE t.leaseOwner IN $dead OR t.leaseUntil < timestamp() OR t.leaseUntil IS NULL
WITH t ORDER BY t.id LIMIT $limit
MATCH (t)<-[:HAS_TASK]-(c:Conversation)
// This locks the conversation, so the lease is looked at again: another process may have taken it meanwhile.
SET c.lastSeq = c.lastSeq + 1
WITH t, properties(t) AS now
WHERE now.unfinished AND (now.leaseOwner IN $dead OR now.leaseUntil < timestamp() OR now.leaseUntil IS NULL)
SET t.leaseOwner = $owner, t.leaseUntil = timestamp() + $lease
RETURN t.id AS id
