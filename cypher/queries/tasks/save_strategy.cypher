// Keep a plan under a name: a new version beside the one that had the name, which stays as it was.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  OPTIONAL MATCH (known:Strategy {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  OPTIONAL MATCH (named:Strategy {ownerId: row.ownerId, currentName: row.name})
  // The same plan under the same name is there already, unless a request of its own asks for it.
  WITH row, named, CASE
    WHEN known IS NOT NULL THEN known.id
    WHEN row.idempotencyKey IS NULL AND named.requestHash = row.requestHash THEN named.id
  END AS there
  FOREACH (new IN CASE WHEN there IS NULL THEN [row] ELSE [] END |
    FOREACH (former IN [one IN [named] WHERE one IS NOT NULL] | REMOVE former.currentName)
    CREATE (s:Strategy {id: new.id, createdAt: datetime({epochMillis: new.at}), ownerId: new.ownerId, origin: 'CALLER',
      name: new.name, currentName: new.name, version: coalesce(named.version, 0) + 1, plan: new.plan,
      description: new.description, idempotencyKey: new.idempotencyKey, requestHash: new.requestHash})
    FOREACH (former IN [one IN [named] WHERE one IS NOT NULL] | CREATE (s)-[:SUPERSEDES]->(former)))
  RETURN coalesce(there, row.id) AS id
}
// By its id: others may have taken the name since.
MATCH (s:Strategy {id: id})
RETURN collect({n: row.n, id: s.id, requestHash: s.requestHash}) AS written
