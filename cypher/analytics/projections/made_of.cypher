// A graph in memory for algorithms of GDS: responses, and which was made of which. Drop it when you are done: CALL gds.graph.drop('made-of').
// $ownerId STRING: whose responses
// $projection STRING = made-of: its name
// $mostEdges INTEGER 1..1000000 = 1000000: steps at most
// graphName STRING: its name
// nodeCount INTEGER: responses
// relationshipCount INTEGER: steps
// In Neo4j Browser first: :params {ownerId: 'local', projection: 'made-of', mostEdges: 1000000}
CYPHER 25
MATCH (t:Task) WHERE t.ownerId = $ownerId AND t.id > ''
CALL (t) {
  MATCH (t)-[:HAS_SUBTASK]->()-[:ASKED]->(p:Prompt)-[:USES]->(b:Response) MATCH (a:Response)-[:RESPONDS_TO]->(p) RETURN a, b
  UNION
  MATCH (t)-[:RESULTED_IN]->(a:Response)-[:SYNTHESIZES]->(b:Response) RETURN a, b
}
WITH DISTINCT a, b LIMIT $mostEdges
WITH gds.graph.project($projection, a, b, {sourceNodeLabels: labels(a), targetNodeLabels: labels(b)}, {readConcurrency: 1}) AS g
WITH g WHERE g.graphName IS NOT NULL
RETURN g.graphName AS graphName, g.nodeCount AS nodeCount, g.relationshipCount AS relationshipCount
