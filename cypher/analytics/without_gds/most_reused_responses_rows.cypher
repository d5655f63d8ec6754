// The responses that most was made of, with their PageRank as it was counted outside of Neo4j.
CYPHER 25
UNWIND $found AS one
MATCH (r:Response {id: one[0]}) WHERE r.ownerId = $ownerId AND EXISTS { (r)<-[:USES|SYNTHESIZES]-() }
WITH $edges AS edges, r, one[1] AS score
WITH edges, r, score ORDER BY score DESC, r.id LIMIT $limit
WITH edges, collect([r, score]) AS found
UNWIND range(0, size(found) - 1) AS i
WITH edges, i + 1 AS rank, found[i][0] AS r, found[i][1] AS score
RETURN edges, rank, round(score, 6) AS score, r.id AS responseId, r.conversationId AS conversationId, r.title AS title,
  COUNT { (r)<-[:USES]-() } AS usedIn, COUNT { (r)<-[:SYNTHESIZES]-() } AS synthesizedIn, COUNT { (r)<-[:REUSED]-() } AS reusedBy
ORDER BY rank
