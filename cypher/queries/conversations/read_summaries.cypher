// The summaries of these ids that are the owner's.
CYPHER 25
RETURN COLLECT {
  UNWIND $ids AS id
  MATCH (s:Summary {id: id, ownerId: $ownerId})-[:ENDS_AT]->(m:Message)
  RETURN s {.id, .content, .level, .messages, o200k: s.tokensO200k, cl100k: s.tokensCl100k, endsAt: m.id, endsDepth: m.depth}
} AS rows
