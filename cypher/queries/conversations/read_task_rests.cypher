// What each of these tasks rests on: which of its sources have a newer version, whether it was done again over others, and which of its answers were corrected.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (t:Task {id: id, ownerId: $ownerId})
WITH id, t, head(COLLECT { MATCH (t)<-[:REFRESHES*1..100]-(n:Task) RETURN n ORDER BY n.id DESC LIMIT 1 }) AS newest
RETURN id, {
  // Its one prompt was asked as it is: then its answer says what it rests on.
  subtasks: COLLECT { MATCH (t)-[:HAS_SUBTASK]->(s:Subtask) WHERE t.strategy = 'NONE' RETURN s.id },
  old: COLLECT {
    MATCH (t)-[reads:READS]->(x:Source)
    MATCH (d:Document {conversationId: t.conversationId, name: reads.name})-[:NEWEST]->(now:Source)
    WHERE now <> x AND EXISTS { (d)-[:HAS_VERSION]->(x) }
    WITH DISTINCT d, now
    RETURN [d.id, d.name, now.id, null] LIMIT 100
  },
  replaced: CASE WHEN newest IS NOT NULL AND head(COLLECT { MATCH (newest)-[last:REFRESHES]->() RETURN last.after })
    <> head(COLLECT { MATCH (t)<-[first:REFRESHES]-() RETURN first.before }) THEN newest.id END,
  corrected: COLLECT {
    MATCH (t)-[:HAS_SUBTASK]->(:Subtask)-[:ATTEMPTED]->(a:Attempt)-[:YIELDED]->(r:Response)<-[:REFERENCES {kind: 'corrects'}]-(c:Message)
    WHERE a.status = 'SUCCEEDED' AND NOT EXISTS { (t)-[:SET_ASIDE]->(r) }
    RETURN [c.id, r.id] AS found LIMIT 100
    UNION
    MATCH (t)-[:HAS_SUBTASK]->(:Subtask)-[:REUSED]->(r:Response)<-[:REFERENCES {kind: 'corrects'}]-(c:Message)
    RETURN [c.id, r.id] AS found LIMIT 100
    UNION
    MATCH (t)-[:RESULTED_IN]->(r:Response)<-[:REFERENCES {kind: 'corrects'}]-(c:Message)
    RETURN [c.id, r.id] AS found LIMIT 100
  }
} AS rests
