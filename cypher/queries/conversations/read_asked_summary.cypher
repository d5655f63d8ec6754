// The newest summary that somebody asked for of what is above a branch's head.
CYPHER 25
MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})
MATCH (c)<-[:BRANCH_OF]-(:Branch {id: $branchId})-[:HEAD]->(h:Message)
CALL (c, h) {
  MATCH (s:Summary) WHERE s.conversationId = c.id AND s.kind = 'ASKED' AND s.id > ''
  WITH s ORDER BY s.conversationId DESC, s.kind DESC, s.id DESC LIMIT 50
  MATCH (s)-[:ENDS_AT]->(m:Message)
  WHERE m = h OR (h.depth > m.depth AND EXISTS {
    MATCH ANY SHORTEST (h) (()-[:CONTINUES|RESPONDS_TO]->(x WHERE x.depth >= m.depth)){1,} (m)
  })
  RETURN s, m ORDER BY s.id DESC LIMIT 1
}
RETURN s {.id, since: h.depth - m.depth} AS summary
