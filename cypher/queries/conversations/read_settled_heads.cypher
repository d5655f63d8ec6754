// The newest sequence number of each of these conversations, once every message and event at or below it can be found.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (c:Conversation {id: id, ownerId: $ownerId})
// A commit changes the nodes before the indexes, and keeps the conversation locked until both are done. To remove a property
// waits for that lock. This one no conversation has, so nothing is written; but the graph knows its name, else there is no lock.
REMOVE c.taskId
WITH id, c
RETURN id, c.lastSeq AS seq
