// Tie a task that was just written to the one that it refreshes, and to what it reads of newer versions.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (t:Task {id: row.taskId, ownerId: row.ownerId}) WHERE NOT EXISTS { (t)-[:REFRESHES]->() }
  MATCH (former:Task {id: row.formerId, ownerId: row.ownerId})
  SET t.documentsLeft = row.documentsLeft
  CREATE (t)-[:REFRESHES {before: row.before, after: row.after}]->(former)
  CALL (former, t) {
    MATCH (former)-[:FOLLOWED]->(kept:Strategy)
    CREATE (t)-[:FOLLOWED]->(kept)
  }
  FOREACH (reading IN row.sources |
    MERGE (s:Source {ownerId: row.ownerId, sha256: reading.source.sha256})
      ON CREATE SET s += reading.source, s.title = reading.name, s.createdAt = datetime({epochMillis: row.at}))
  CALL (row, t) {
    MATCH (t)-[:ASKED]->(p:Prompt)
    UNWIND row.readings AS reading
    MATCH (s:Source {ownerId: row.ownerId, sha256: reading.sha256})
    CREATE (t)-[:READS {index: reading.index, name: reading.name, mediaType: reading.mediaType}]->(s)
    FOREACH (x IN CASE WHEN row.direct AND row.isNew THEN [1] ELSE [] END | CREATE (p)-[:ABOUT {start: 0, end: s.length}]->(s))
  }
}
RETURN collect({n: row.n}) AS written
