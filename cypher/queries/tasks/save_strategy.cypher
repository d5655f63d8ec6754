// Keep a plan under a name: a new version beside the one that had the name, which stays as it was.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  OPTIONAL MATCH (known:Strategy {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
  OPTIONAL MATCH (named:Strategy {ownerId: row.ownerId, currentName: row.name})
  // The same plan under the same name is there already, unless a request of its own asks for it.
  WITH row, known, named, row.idempotencyKey IS NULL AND coalesce(named.requestHash = row.requestHash, false) AS same
  WHERE known IS NULL AND NOT same
  FOREACH (former IN [one IN [named] WHERE one IS NOT NULL] | REMOVE former.currentName)
  CREATE (s:Strategy {id: row.id, createdAt: datetime({epochMillis: row.at}), ownerId: row.ownerId, origin: 'CALLER',
    name: row.name, currentName: row.name, version: coalesce(named.version, 0) + 1, plan: row.plan, description: row.description,
    idempotencyKey: row.idempotencyKey, requestHash: row.requestHash})
  FOREACH (former IN [one IN [named] WHERE one IS NOT NULL] | CREATE (s)-[:SUPERSEDES]->(former))
}
OPTIONAL MATCH (known:Strategy {ownerId: row.ownerId, idempotencyKey: row.idempotencyKey})
OPTIONAL MATCH (named:Strategy {ownerId: row.ownerId, currentName: row.name})
WITH row, coalesce(known, named) AS s
RETURN collect({n: row.n, id: s.id, requestHash: s.requestHash}) AS written
