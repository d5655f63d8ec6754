// Delete some of what an owner has besides conversations: kept plans, drafts, sources ($most bytes at once) and tools.
CYPHER 25
MATCH (e:Erasure {id: $erasureId, kind: 'OWNER'})
SET e.touchedAt = datetime()
WITH e, e.touchedAt AS locked, e.ownerId AS owner
WITH e, COLLECT { MATCH (s:Strategy) WHERE s.ownerId = owner AND s.origin >= '' AND s.createdAt IS NOT NULL AND s.id > '' RETURN s LIMIT $limit } AS strategies,
  COLLECT { MATCH (d:Draft) WHERE d.ownerId = owner RETURN d LIMIT 10 } AS drafts,
  COLLECT { MATCH (s:Source) WHERE s.ownerId = owner AND s.sha256 >= '' RETURN s LIMIT $limit } AS found,
  // What arrives for the owner, and is not whole yet.
  COLLECT { MATCH (d:Delivery) WHERE d.ownerId = owner AND d.conversationId >= '' AND d.isLanding IS NULL RETURN d LIMIT 10 } AS deliveries,
  COLLECT { MATCH (t:Tool) WHERE t.ownerId = owner AND t.name >= '' RETURN t LIMIT 10 } AS tools
WITH *, reduce(sum = {bytes: 0, count: 0}, s IN found | CASE WHEN sum.count = 0 OR sum.bytes + s.bytes <= $most
  THEN {bytes: sum.bytes + s.bytes, count: sum.count + 1} ELSE {bytes: $most, count: sum.count} END).count AS count
WITH e, strategies, drafts, tools, deliveries, found[..count] AS sources
CALL (deliveries) {
  UNWIND deliveries AS d
  MATCH (n:Incoming) WHERE n.incomingTo = d.id AND n.incomingAs >= ''
  WITH n LIMIT $limit
  DETACH DELETE n
  RETURN count(*) AS incoming
}
FOREACH (d IN CASE WHEN incoming = 0 THEN deliveries ELSE [] END | DETACH DELETE d)
WITH *, COLLECT { UNWIND sources AS s MATCH (s)<-[:OF]-(p:Passage) RETURN p } AS passages
FOREACH (n IN passages + strategies + drafts + sources + tools | DETACH DELETE n)
SET e.strategies = coalesce(e.strategies, 0) + size(strategies), e.drafts = coalesce(e.drafts, 0) + size(drafts),
  e.sources = coalesce(e.sources, 0) + size(sources), e.tools = coalesce(e.tools, 0) + size(tools)
RETURN size(strategies) + size(drafts) + size(sources) + size(tools) + size(deliveries) AS done
