// The sequence number up to which each of these conversations shows all that was written: what is read of it now has it.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (c:Conversation {id: id, ownerId: $ownerId})
// As in `read_settled_heads`: nobody is in the middle of a commit to the conversation while this looks.
REMOVE c.taskId
WITH id, c, c.lastSeq AS seq
// A task of one prompt has its answer a moment before it ends, and only then the branch's head is set to it.
OPTIONAL MATCH (c)<-[:BRANCH_OF]-(:Branch)-[:HEAD]->(h:Message)<-[:ASKED|RESULTED_IN|REGENERATES]-(t:Task {unfinished: true})
OPTIONAL MATCH (t)-[:ASKED]->(:Prompt)<-[:RESPONDS_TO]-(r:Response)
WHERE r <> h AND (EXISTS { (r)<-[:YIELDED]-(:Attempt {status: 'SUCCEEDED'})<-[:ATTEMPTED]-(:Subtask)<-[:HAS_SUBTASK]-(t) }
  OR EXISTS { (r)<-[:REUSED]-(:Subtask)<-[:HAS_SUBTASK]-(t) })
WITH id, seq, min(r.seq) AS unshown
RETURN id, CASE WHEN unshown <= seq THEN unshown - 1 ELSE seq END AS seq
