// Tie a task that was just written to the attempt that it replays, and to the messages that it leaves out or says in another way.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (t:Task {id: row.taskId, ownerId: row.ownerId}) WHERE t.replayOf IS NULL
  MATCH (a:Attempt {id: row.replayOf, ownerId: row.ownerId})
  SET t.replayOf = a.id
  CREATE (t)-[:REPLAYS_ATTEMPT]->(a)
  CALL (row, t) {
    UNWIND row.without AS id
    MATCH (m:Message {id: id, ownerId: row.ownerId})
    CREATE (t)-[:WITHOUT]->(m)
  }
  CALL (row, t) {
    UNWIND row.instead AS said
    MATCH (m:Message {id: said.id, ownerId: row.ownerId})
    CREATE (t)-[:INSTEAD {content: said.content}]->(m)
  }
}
RETURN collect({n: row.n}) AS written
