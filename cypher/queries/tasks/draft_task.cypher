// Write some of what a task will read before the task itself, which the draft becomes: a transaction holds no more than a piece.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MERGE (d:Draft {id: row.taskId})
    ON CREATE SET d.ownerId = row.ownerId, d.readings = 0
  // By the clock of Neo4j, as leases: who clears up may be another process.
  SET d.draftedAt = timestamp()
  WITH row, d, d.readings AS readings
  // A piece that is there already is not written twice.
  WHERE readings = row.start
  SET d.readings = row.start + size(row.sources)
  FOREACH (reading IN row.sources |
    MERGE (s:Source {ownerId: row.ownerId, sha256: reading.source.sha256})
      ON CREATE SET s += reading.source, s.title = reading.name, s.createdAt = datetime({epochMillis: row.at})
    CREATE (d)-[:READS {index: reading.index, name: reading.name, mediaType: reading.source.mediaType}]->(s))
}
MATCH (d:Draft {id: row.taskId})
RETURN collect({n: row.n, readings: d.readings}) AS written
