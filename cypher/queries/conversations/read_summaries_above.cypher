// The summaries that end at messages of a page of a path, which is a number of depths of it; and what is above the page.
CYPHER 25
CALL () {
  UNWIND $ids AS id
  MATCH (seed:Message {id: id, ownerId: $ownerId})
  WITH collect(seed) AS seeds, max(seed.depth) - $span AS bound
  UNWIND seeds AS seed
  MATCH (seed) (()-[:CONTINUES|RESPONDS_TO]->(x WHERE x.depth > bound)){0,} (m)
  // At once, so that the plan prunes: where branches were merged there are very many ways to a message.
  WITH DISTINCT bound, m WHERE m.depth > bound
  RETURN bound, collect(m) AS found
}
RETURN bound, COLLECT {
  UNWIND found AS m
  MATCH (m)<-[:ENDS_AT]-(s:Summary {kind: 'STRETCH'})
  RETURN s {.id, .content, .level, .messages, o200k: s.tokensO200k, cl100k: s.tokensCl100k, endsAt: m.id, endsDepth: m.depth,
    beginsDepth: head(COLLECT { MATCH (s)-[:BEGINS_AT]->(b) RETURN b.depth }),
    above: COLLECT { MATCH (s)-[:BEGINS_AT]->()-[:CONTINUES|RESPONDS_TO]->(up) RETURN up.id },
    parts: COLLECT { MATCH (s)-[:SUMMARIZES]->(part:Summary) RETURN part.id }}
} AS summaries, COLLECT {
  UNWIND found AS m
  MATCH (m)-[:CONTINUES|RESPONDS_TO]->(up) WHERE up.depth <= bound
  RETURN DISTINCT up.id
} AS above
