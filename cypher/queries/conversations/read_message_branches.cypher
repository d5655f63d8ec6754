// The branches on whose path each of these messages is: of their heads and of what those came from.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(c:Conversation {ownerId: $ownerId})
// As in `read_settled_heads`: nobody is in the middle of moving a head while this looks.
REMOVE c.taskId
WITH id, m, c, c.lastSeq AS locked
// A task of one prompt has its answer a moment before it ends, and only then the branch's head is set to it.
OPTIONAL MATCH (m)-[:RESPONDS_TO]->(p:Prompt)<-[:ASKED]-(t:Task {unfinished: true})
  WHERE EXISTS { (m)<-[:YIELDED]-(:Attempt {status: 'SUCCEEDED'})<-[:ATTEMPTED]-(:Subtask)<-[:HAS_SUBTASK]-(t) }
    OR EXISTS { (m)<-[:REUSED]-(:Subtask)<-[:HAS_SUBTASK]-(t) }
WITH id, m, c, t.movesBranch AS moves,
  CASE WHEN t IS NULL THEN [] ELSE [p] + COLLECT { MATCH (t)-[:RESULTED_IN|REGENERATES]->(r) RETURN r } END AS ending
RETURN id, COLLECT {
  MATCH (c)<-[:BRANCH_OF]-(b:Branch)-[:HEAD]->(h:Message)
  WHERE h = m OR (h IN ending AND coalesce(b.id = moves, true)) OR (h.depth > m.depth AND EXISTS {
    MATCH ANY SHORTEST (h) (()-[:CONTINUES|RESPONDS_TO]->(x WHERE x.depth >= m.depth)){1,} (m)
  })
  WITH b ORDER BY b.createdAt, b.id
  RETURN b.id
} AS ids
