// Delete the tasks that a pruning takes with it and that have no subtasks any more, their events before them, a thousand at once.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (x:Pruning {id: row.pruningId})
  MATCH (c:Conversation {id: x.conversationId})
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  WITH x, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  WITH *, COLLECT {
    MATCH (x)-[:DISMANTLES]->(t:Task) WHERE t.unfinished IS NULL AND NOT EXISTS { (t)-[:HAS_SUBTASK]->() }
    RETURN t LIMIT 200
  } AS tasks
  CALL (tasks) {
    UNWIND tasks AS t
    MATCH (e:TaskEvent) WHERE e.taskId = t.id AND e.seq >= 0
    WITH e LIMIT 1000
    DELETE e
  }
  WITH *, [t IN tasks WHERE NOT EXISTS { MATCH (e:TaskEvent) WHERE e.taskId = t.id AND e.seq >= 0 }] AS done
  // The answers of runs before, what a summary was asked by, and what nothing else is tied to.
  WITH *, COLLECT {
    UNWIND done AS t
    MATCH (t)-[:RESULTED_IN|HAD_RUN*1..2]->(r:Response) RETURN r
    UNION
    UNWIND done AS t
    MATCH (t)-[:ASKED]->(r:Prompt) WHERE t.summaryKind IS NOT NULL RETURN r
  } AS gone, COLLECT { UNWIND done AS t MATCH (t)-[:HAD_RUN]->(run:Run) RETURN run } AS runs, COLLECT {
    UNWIND done AS t
    MATCH (t)-[:FILLED_IN|OFFERS|READS]->(thing) RETURN DISTINCT thing
  } AS things
  CALL (done) {
    UNWIND done AS t
    MATCH ()-[found:REFERENCES]->() WHERE found.taskId = t.id
    DELETE found
  }
  WITH *, [m IN gone | m.id] AS ids
  FOREACH (x IN CASE WHEN ids = [] THEN [] ELSE [x] END |
    CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq, createdAt: at, type: 'MESSAGE',
      action: 'DELETED', ids: ids, causeKey: x.causeKey}))
  CALL (gone) {
    UNWIND gone AS m
    MATCH (m)<-[:OF|ON]-(x:Passage|Annotation)
    DETACH DELETE x
  }
  FOREACH (n IN gone + runs + done | DETACH DELETE n)
  WITH x, seq, tasks, things
  CALL (things) {
    UNWIND things AS thing
    WITH thing WHERE NOT EXISTS { (thing)<-[:READS|HAS_VERSION|COVERS|ABOUT|FILLED_IN|OFFERS|CALLED]-() }
    OPTIONAL MATCH (thing)<-[:OF]-(x:Passage)
    DETACH DELETE x, thing
  }
  RETURN seq, size(tasks) AS deleted
}
RETURN collect({n: row.n, seq: seq, deleted: deleted}) AS written
