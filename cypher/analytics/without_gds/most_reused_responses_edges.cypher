// Which response was made of which, for the PageRank that is counted outside of Neo4j.
CYPHER 25
MATCH (t:Task) WHERE t.ownerId = $ownerId AND t.id > ''
CALL (t) {
  MATCH (t)-[:HAS_SUBTASK]->()-[:ASKED]->(p:Prompt)-[:USES]->(b:Response) MATCH (a:Response)-[:RESPONDS_TO]->(p) RETURN a, b
  UNION
  MATCH (t)-[:RESULTED_IN]->(a:Response)-[:SYNTHESIZES]->(b:Response) RETURN a, b
}
WITH DISTINCT a, b LIMIT $mostEdges
RETURN a.id AS source, b.id AS target
