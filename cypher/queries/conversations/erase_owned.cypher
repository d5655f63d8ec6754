// Delete some of what an owner has besides conversations: kept plans, drafts, sources ($most bytes at once) and tools.
CYPHER 25
MATCH (e:Erasure {id: $erasureId, kind: 'OWNER'})
SET e.touchedAt = datetime()
WITH e, e.touchedAt AS locked, e.ownerId AS owner
WITH e, COLLECT { MATCH (s:Strategy) WHERE s.ownerId = owner AND s.origin >= '' AND s.createdAt IS NOT NULL AND s.id > '' RETURN s LIMIT $limit } AS strategies,
  COLLECT { MATCH (d:Draft) WHERE d.ownerId = owner RETURN d LIMIT 10 } AS drafts,
  COLLECT { MATCH (s:Source) WHERE s.ownerId = owner AND s.sha256 >= '' RETURN s LIMIT $limit } AS found,
  COLLECT { MATCH (t:Tool) WHERE t.ownerId = owner AND t.name >= '' RETURN t LIMIT 10 } AS tools,
  COLLECT { MATCH (i:Import) WHERE i.ownerId = owner AND i.id > '' RETURN i LIMIT $limit } AS imports,
  // What arrives for the owner, and is not whole yet.
  COLLECT { MATCH (a:Arrival) WHERE a.ownerId = owner RETURN a LIMIT 10 } AS arrivals,
  COLLECT { MATCH (d:Delivery) WHERE d.ownerId = owner AND d.conversationId >= '' AND d.isLanding IS NULL RETURN d LIMIT 10 } AS deliveries
WITH *, reduce(sum = {bytes: 0, count: 0}, s IN found | CASE WHEN sum.count = 0 OR sum.bytes + s.bytes <= $most
  THEN {bytes: sum.bytes + s.bytes, count: sum.count + 1} ELSE {bytes: $most, count: sum.count} END).count AS count
WITH e, strategies, drafts, tools, imports, arrivals, deliveries, found[..count] AS sources
WITH *, COLLECT { UNWIND sources AS s MATCH (s)<-[:OF]-(p:Passage) RETURN p } AS passages,
  COLLECT { UNWIND arrivals AS a MATCH (a)<-[:IN_CONVERSATION]-(m) RETURN m LIMIT $limit } AS arrived,
  COLLECT { UNWIND deliveries AS d MATCH (n:Incoming) WHERE n.incomingTo = d.id AND n.incomingAs >= '' AND n.incomingId >= '' RETURN n LIMIT $limit } AS incoming
FOREACH (n IN passages + strategies + drafts + sources + tools + imports + arrived + incoming +
  CASE WHEN size(arrived) < $limit THEN arrivals ELSE [] END + CASE WHEN incoming = [] THEN deliveries ELSE [] END | DETACH DELETE n)
SET e.strategies = coalesce(e.strategies, 0) + size(strategies), e.drafts = coalesce(e.drafts, 0) + size(drafts),
  e.sources = coalesce(e.sources, 0) + size(sources), e.tools = coalesce(e.tools, 0) + size(tools),
  e.imports = coalesce(e.imports, 0) + size(imports)
RETURN size(strategies) + size(drafts) + size(sources) + size(tools) + size(imports) + size(arrivals) + size(deliveries) AS done
