// The owner's receipts of these ids.
CYPHER 25
RETURN COLLECT {
  UNWIND $batch.ids AS id
  MATCH (e:Erasure {id: id, ownerId: $ownerId})
  RETURN e {.*, createdAt: e.createdAt.epochMillis, finishedAt: e.finishedAt.epochMillis, touchedAt: null}
} AS rows
