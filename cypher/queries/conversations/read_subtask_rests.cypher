// What each of these subtasks rests on: answers in its prompt, what its context was made of, and which of its sources have a newer version.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (s:Subtask {id: id})<-[:HAS_SUBTASK]-(t:Task {ownerId: $ownerId})
WITH id, s, t, head(COLLECT { MATCH (t)<-[:REFRESHES*1..100]-(n:Task) RETURN n ORDER BY n.id DESC LIMIT 1 }) AS newest,
  // The call that gave the answer; of a subtask without an answer the last; of one that says an answer again itself.
  CASE WHEN EXISTS { (s)-[:REUSED]->() } THEN s ELSE
    head(COLLECT { MATCH (s)-[:ATTEMPTED]->(x:Attempt) RETURN x ORDER BY x.status = 'SUCCEEDED' DESC, x.number DESC LIMIT 1 }) END AS a
RETURN id, {
  answers: COLLECT {
    MATCH (s)-[needs:DEPENDS_ON]->(d:Subtask) WHERE needs.place IS NOT NULL
    CALL (d) {
      MATCH (d)-[:ATTEMPTED]->(x:Attempt {status: 'SUCCEEDED'})-[:YIELDED]->(r:Response) RETURN r ORDER BY x.number DESC LIMIT 1
      UNION ALL
      MATCH (d)-[:REUSED]->(r:Response) RETURN r
    }
    RETURN r.id
  },
  prompt: head(COLLECT { MATCH (s)-[:ASKED]->(p:Prompt)<-[:ASKED]-(t) RETURN p.id }),
  upto: COLLECT { MATCH (a)-[:SAW {as: 'VERBATIM'}]->(m:Message) RETURN m.depth },
  summaries: COLLECT {
    MATCH (a)-[:SAW]->(x:Summary) RETURN x.id AS one
    UNION
    MATCH (s)-[:COVERS]->(x:Summary) RETURN x.id AS one
  },
  messages: COLLECT {
    MATCH (a)-[seen:SAW]->(m:Message) WHERE seen.as <> 'VERBATIM' RETURN m.id AS one
    UNION
    MATCH (s)-[:COVERS]->(m:Message) RETURN m.id AS one
    UNION
    // A merge that was reconciled was told where its sides disagree.
    MATCH (s)-[:DEPENDS_ON]->(:Subtask {kind: 'conflicts'})-[:ATTEMPTED]->(:Attempt {status: 'SUCCEEDED'})-[:YIELDED]->(m:Response) RETURN m.id AS one
  },
  old: COLLECT {
    MATCH (s)-[covers:COVERS]->(x:Source)
    MATCH (t)-[reads:READS {index: covers.reading}]->(x)
    OPTIONAL MATCH (d:Document {conversationId: t.conversationId, name: reads.name})-[:NEWEST]->(now:Source)
    WHERE EXISTS { (d)-[:HAS_VERSION]->(x) }
    WITH DISTINCT t, d, now, x, newest
    WHERE now <> x OR now IS NULL AND newest IS NOT NULL AND NOT EXISTS { (newest)-[:READS]->(x) }
    RETURN [d.id, d.name, now.id, newest.id] LIMIT 100
  }
} AS rests
