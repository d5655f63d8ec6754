// Which conversations belong together, with their communities and components as they were found outside of Neo4j.
CYPHER 25
UNWIND $found AS one
MATCH (c:Conversation {id: one[0]}) WHERE c.ownerId = $ownerId
WITH c, one[1] AS community, one[2] AS component
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
