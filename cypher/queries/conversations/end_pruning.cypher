// Forget a pruning that has nothing left to delete.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (x:Pruning {id: row.pruningId})
  WITH x WHERE NOT EXISTS { (x)-[:PRUNES|DISMANTLES]->() }
  DELETE x
  RETURN 0 AS deleted
}
RETURN collect({n: row.n, deleted: deleted}) AS written
