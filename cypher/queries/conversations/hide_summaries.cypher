// Delete some hundred summaries of a conversation that is deleted, with their claims.
CYPHER 25
MATCH (e:Erasure {id: $erasureId, kind: 'CONVERSATION'})-[:ERASES]->(c:Erased)
SET e.touchedAt = datetime()
WITH e, c, e.touchedAt AS locked
CALL (e, c) {
  MATCH (s:Summary) WHERE s.conversationId = c.id AND s.kind >= '' AND s.id > ''
  WITH s LIMIT $limit
  WITH collect(s) AS gone
  WITH gone, COLLECT { UNWIND gone AS s MATCH (s)-[:CLAIMS]->(k:Claim) RETURN DISTINCT k } AS claims,
    COLLECT { UNWIND gone AS s MATCH (s)<-[:OF]-(p:Passage) RETURN DISTINCT p } AS passages
  FOREACH (n IN claims + passages + gone | DETACH DELETE n)
  RETURN size(gone) AS done, size(claims) AS claims
}
SET e.summaries = coalesce(e.summaries, 0) + done, e.claims = coalesce(e.claims, 0) + claims
RETURN done
