// Which conversation read which source or refers to which other, for the communities that are found outside of Neo4j.
CYPHER 25
MATCH (c:Conversation) WHERE c.ownerId = $ownerId AND c.id > ''
CALL (c) {
  MATCH (c)-[:HAS_TASK]->()-[:READS]->(s:Source) RETURN c AS a, s AS b
  UNION
  MATCH (c)<-[:IN_CONVERSATION]-(:Document)-[:HAS_VERSION]->(s:Source) RETURN c AS a, s AS b
  UNION
  MATCH (c)<-[:IN_CONVERSATION]-(:Message)-[:REFERENCES]->(m:Message)-[:IN_CONVERSATION]->(d:Conversation) WHERE d <> c RETURN c AS a, d AS b
}
WITH DISTINCT a, b WHERE b.ownerId = $ownerId
WITH a, b LIMIT $mostEdges
RETURN a.id AS source, b.id AS target
