// Which conversations belong together by the sources that they read and the references between them: Louvain, and WCC.
// $ownerId STRING: whose conversations
// $limit INTEGER = 1000: rows at most
// $mostEdges INTEGER = 50000: sources of conversations, and references between them, that are looked at, at most
// $projection STRING = antiphon: the name of the graph that is made in memory and dropped again
// community STRING: its name: the id of the oldest conversation in it
// communitySize INTEGER: conversations in it
// component STRING: what it is part of: all that hangs together in any way, by the oldest conversation in it
// componentSize INTEGER: conversations in that
// conversationId STRING: a conversation of the community
// title STRING: its title
// sources INTEGER: texts that it has read
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
CALL gds.louvain.stream(g.graphName, {concurrency: 1}) YIELD nodeId, communityId
WITH g.graphName AS name, collect([nodeId, communityId]) AS grouped
CALL gds.wcc.stream(name, {concurrency: 1}) YIELD nodeId, componentId
WITH name, grouped, collect([nodeId, componentId]) AS tied
CALL gds.graph.drop(name, false) YIELD graphName
CALL (grouped, tied) {
  UNWIND grouped AS one RETURN gds.util.asNode(one[0]) AS c, one[1] AS community, null AS component
  UNION ALL
  UNWIND tied AS one RETURN gds.util.asNode(one[0]) AS c, null AS community, one[1] AS component
}
WITH c, max(community) AS community, max(component) AS component WHERE c:Conversation
WITH collect({c: c, community: community, component: component}) AS all
CALL (all) {
  UNWIND all AS x WITH x.community AS number, min(x.c.id) AS name, count(*) AS size RETURN collect([number, name, size]) AS communities
}
CALL (all) {
  UNWIND all AS x WITH x.component AS number, min(x.c.id) AS name, count(*) AS size RETURN collect([number, name, size]) AS components
}
UNWIND all AS x
WITH x.c AS c, head([k IN communities WHERE k[0] = x.community]) AS community, head([k IN components WHERE k[0] = x.component]) AS component
WITH * ORDER BY component[2] DESC, component[1], community[2] DESC, community[1], c.id LIMIT $limit
RETURN community[1] AS community, community[2] AS communitySize, component[1] AS component, component[2] AS componentSize,
  c.id AS conversationId, c.title AS title, COUNT { MATCH (c)-[:HAS_TASK]->()-[:READS]->(s) RETURN DISTINCT s } AS sources
