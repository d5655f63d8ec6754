// A page of a path for those who plan summaries: each message's length and place, and the summaries that end at it.
CYPHER 25
CALL () {
  UNWIND $ids AS id
  MATCH (seed:Message {id: id, ownerId: $ownerId})
  WITH collect(seed) AS seeds, max(seed.depth) - $span AS bound
  UNWIND seeds AS seed
  MATCH (seed) (()-[:CONTINUES|RESPONDS_TO]->(x WHERE x.depth > bound)){0,} (m)
  WITH DISTINCT bound, m WHERE m.depth > bound
  RETURN collect(m) AS found
}
RETURN COLLECT {
  UNWIND found AS m
  RETURN {
    id: m.id, depth: m.depth, role: coalesce(m.role, 'ASSISTANT'), length: coalesce(m.length, size(m.content)),
    o200k: m.tokensO200k, cl100k: m.tokensCl100k,
    parents: COLLECT { MATCH (m)-[:CONTINUES|RESPONDS_TO]->(up) RETURN up.id },
    // A fork: another child goes on, or a branch ends there. An answer beside another that nobody went on from is none.
    forks: size(COLLECT {
      MATCH (m)<-[:CONTINUES|RESPONDS_TO]-(child)
      WHERE EXISTS { (child)<-[:CONTINUES|RESPONDS_TO]-()<-[:CONTINUES|RESPONDS_TO]-() }
        OR EXISTS { (child)<-[:HEAD]-() } OR EXISTS { (child)<-[:CONTINUES|RESPONDS_TO]-()<-[:HEAD]-() }
      RETURN child LIMIT 2
    }) > 1,
    // It is summarized, or is being; or this model was asked for it in vain.
    isCovered: EXISTS { (m)<-[:SUMMARIZES]-(:Summary {kind: 'STRETCH'}) } OR EXISTS {
      (m)<-[:COVERS]-(:Subtask)<-[:HAS_SUBTASK]-(t:Task {summaryKind: 'STRETCH'}) WHERE t.unfinished OR (t.model = $model AND t.status <> 'SUCCEEDED') },
    summaries: COLLECT {
      MATCH (m)<-[:ENDS_AT]-(s:Summary {kind: 'STRETCH'})
      RETURN s {.id, .level, .tokens, .messages,
        above: COLLECT { MATCH (s)-[:BEGINS_AT]->()-[:CONTINUES|RESPONDS_TO]->(up) RETURN up.id },
        isCovered: EXISTS { (s)<-[:SUMMARIZES]-(:Summary) } OR EXISTS {
          (s)<-[:COVERS]-(:Subtask)<-[:HAS_SUBTASK]-(t:Task) WHERE t.unfinished OR (t.model = $model AND t.status <> 'SUCCEEDED') }}
    }
  }
} AS messages
