// What each of these summaries claims, in order, and what each claim stands on.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (s:Summary {id: id, ownerId: $ownerId})
RETURN id, COLLECT {
  MATCH (s)-[:CLAIMS]->(k:Claim)
  WITH k ORDER BY k.index
  RETURN k {.kind, .text,
    messages: COLLECT { MATCH (k)-[:STANDS_ON]->(m:Message) RETURN m.id ORDER BY m.depth, m.id },
    summaries: COLLECT { MATCH (k)-[:STANDS_ON]->(x:Summary) RETURN x.id ORDER BY x.id }}
} AS claims
