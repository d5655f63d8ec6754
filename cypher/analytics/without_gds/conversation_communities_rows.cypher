// Which conversations belong together, with their communities and components as they were found outside of Neo4j.
CYPHER 25
UNWIND $found AS one
MATCH (c:Conversation {id: one[0]}) WHERE c.ownerId = $ownerId
WITH $edges AS edges, c, one[1] AS community, one[2] AS component
WITH edges, component, collect([c, community]) AS members, min(c.id) AS componentName, count(*) AS componentSize
UNWIND members AS one
WITH edges, componentName, componentSize, one[1] AS number, collect(one[0]) AS all, min(one[0].id) AS name, count(*) AS communitySize
UNWIND all AS c
WITH * ORDER BY componentSize DESC, componentName, communitySize DESC, name, c.id LIMIT $limit
RETURN edges, name AS community, communitySize, componentName AS component, componentSize, c.id AS conversationId, c.title AS title,
  COUNT { MATCH (c)-[:HAS_TASK]->()-[:READS]->(s) RETURN DISTINCT s } AS sources
