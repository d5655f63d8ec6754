// Keep how many tokens messages and summaries have, by vocabulary; what another has kept meanwhile is the same.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (m:Message {id: row.id})
  RETURN m
  UNION ALL
  MATCH (m:Summary {id: row.id})
  RETURN m
}
SET m.tokensO200k = coalesce(row.o200k, m.tokensO200k), m.tokensCl100k = coalesce(row.cl100k, m.tokensCl100k)
