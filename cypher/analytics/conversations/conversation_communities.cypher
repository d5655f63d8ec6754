// Which conversations belong together by the sources that they read and the references between them: Louvain, and WCC.
// $ownerId STRING: whose conversations
// $limit INTEGER 1..10000 = 1000: rows at most
// $mostEdges INTEGER 1..1000000 = 50000: sources of conversations, and references between them, that are looked at, at most
// $projection STRING = antiphon: the name of the graph that is made in memory and dropped again
// edges INTEGER: sources of conversations, and references, that were looked at
// community STRING: its name: the id of the oldest conversation in it
// communitySize INTEGER: conversations in it
// component STRING: what it is part of: all that hangs together in any way, by the oldest conversation in it
// componentSize INTEGER: conversations in that
// conversationId STRING: a conversation of the community
// title STRING: its title
// sources INTEGER: texts that it has read
// In Neo4j Browser first: :params {ownerId: 'local', limit: 1000, mostEdges: 50000, projection: 'antiphon'}
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
WITH gds.graph.project($projection, a, b, {}, {undirectedRelationshipTypes: ['*'], readConcurrency: 1}) AS g
WITH g WHERE g.graphName IS NOT NULL
CALL gds.louvain.stream(g.graphName, {concurrency: 1}) YIELD nodeId, communityId
WITH g.graphName AS name, g.relationshipCount / 2 AS edges, collect([nodeId, communityId]) AS grouped
CALL gds.wcc.stream(name, {concurrency: 1}) YIELD nodeId, componentId
WITH name, edges, grouped, collect([nodeId, componentId]) AS tied
CALL gds.graph.drop(name, false) YIELD graphName
CALL (grouped, tied) {
  UNWIND grouped AS one RETURN gds.util.asNode(one[0]) AS c, one[1] AS community, null AS component
  UNION ALL
  UNWIND tied AS one RETURN gds.util.asNode(one[0]) AS c, null AS community, one[1] AS component
}
WITH edges, c, max(community) AS community, max(component) AS component WHERE c:Conversation
WITH edges, component, collect([c, community]) AS members, min(c.id) AS componentName, count(*) AS componentSize
UNWIND members AS one
WITH edges, componentName, componentSize, one[1] AS number, collect(one[0]) AS all, min(one[0].id) AS name, count(*) AS communitySize
UNWIND all AS c
WITH * ORDER BY componentSize DESC, componentName, communitySize DESC, name, c.id LIMIT $limit
RETURN edges, name AS community, communitySize, componentName AS component, componentSize, c.id AS conversationId, c.title AS title,
  COUNT { MATCH (c)-[:HAS_TASK]->()-[:READS]->(s) RETURN DISTINCT s } AS sources
