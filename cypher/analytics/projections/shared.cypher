// A graph in memory for algorithms of GDS: conversations, what they read, and what they refer to. Drop it when you are done: CALL gds.graph.drop('shared').
// $ownerId STRING: whose conversations
// $projection STRING = shared: its name
// $mostEdges INTEGER 1..1000000 = 1000000: edges at most
// graphName STRING: its name
// nodeCount INTEGER: conversations and sources
// relationshipCount INTEGER: edges, each in both directions
// In Neo4j Browser first: :params {ownerId: 'local', projection: 'shared', mostEdges: 1000000}
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
WITH gds.graph.project($projection, a, b, {sourceNodeLabels: labels(a), targetNodeLabels: labels(b)}, {undirectedRelationshipTypes: ['*'], readConcurrency: 1}) AS g
WITH g WHERE g.graphName IS NOT NULL
RETURN g.graphName AS graphName, g.nodeCount AS nodeCount, g.relationshipCount AS relationshipCount
