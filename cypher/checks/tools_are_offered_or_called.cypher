// A tool was offered or called; what a task offers is numbered from 0 on, and described.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (t:Task) WHERE EXISTS { (t)-[:OFFERS]->() }
  WITH t, COLLECT { MATCH (t)-[offer:OFFERS]->() RETURN offer.index ORDER BY offer.index } AS places
  WHERE places <> range(0, size(places) - 1) OR COUNT { MATCH (t)-[:OFFERS]->(tool) RETURN DISTINCT tool } <> size(places)
    OR EXISTS { (t)-[offer:OFFERS]->() WHERE offer.description IS NULL OR offer.parameters IS NULL }
  RETURN t.id AS id
  UNION ALL
  MATCH (tool:Tool)
  WHERE tool.ownerId IS NULL OR tool.name IS NULL OR NOT EXISTS { (tool)<-[:OFFERS|CALLED]-() }
  RETURN tool.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
