// The responses that most was made of: PageRank over USES and SYNTHESIZES, the highest first.
// $ownerId STRING: whose responses
// $limit INTEGER 1..10000 = 100: rows at most
// $mostEdges INTEGER 1..1000000 = 50000: steps from a response to one that it was made of that are looked at, at most
// $projection STRING = antiphon: the name of the graph that is made in memory and dropped again
// edges INTEGER: steps that were looked at
// rank INTEGER: 1 for the highest score
// score FLOAT: its PageRank: how much was made of it, counting what was made of that
// responseId STRING: the response
// conversationId STRING: where it is
// title STRING: its title
// usedIn INTEGER: prompts into which it was put
// synthesizedIn INTEGER: responses that were made of it
// reusedBy INTEGER: requests that took it in place of a call
// In Neo4j Browser first: :params {ownerId: 'local', limit: 100, mostEdges: 50000, projection: 'antiphon'}
CYPHER 25
MATCH (t:Task) WHERE t.ownerId = $ownerId AND t.id > ''
CALL (t) {
  MATCH (t)-[:HAS_SUBTASK]->()-[:ASKED]->(p:Prompt)-[:USES]->(b:Response) MATCH (a:Response)-[:RESPONDS_TO]->(p) RETURN a, b
  UNION
  MATCH (t)-[:RESULTED_IN]->(a:Response)-[:SYNTHESIZES]->(b:Response) RETURN a, b
}
WITH DISTINCT a, b LIMIT $mostEdges
WITH gds.graph.project($projection, a, b, {}, {readConcurrency: 1}) AS g
WITH g WHERE g.graphName IS NOT NULL
CALL gds.pageRank.stream(g.graphName, {concurrency: 1, maxIterations: 50, tolerance: 0.0000001}) YIELD nodeId, score
WITH g.graphName AS name, g.relationshipCount AS edges, collect([gds.util.asNode(nodeId), score]) AS ranked
CALL gds.graph.drop(name, false) YIELD graphName
UNWIND ranked AS one
WITH edges, one[0] AS r, one[1] AS score WHERE EXISTS { (r)<-[:USES|SYNTHESIZES]-() }
WITH edges, r, score ORDER BY score DESC, r.id LIMIT $limit
WITH edges, collect([r, score]) AS found
UNWIND range(0, size(found) - 1) AS i
WITH edges, i + 1 AS rank, found[i][0] AS r, found[i][1] AS score
RETURN edges, rank, round(score, 6) AS score, r.id AS responseId, r.conversationId AS conversationId, r.title AS title,
  COUNT { (r)<-[:USES]-() } AS usedIn, COUNT { (r)<-[:SYNTHESIZES]-() } AS synthesizedIn, COUNT { (r)<-[:REUSED]-() } AS reusedBy
ORDER BY rank
