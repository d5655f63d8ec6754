// The kept plans of an owner, the oldest versions first: the id of each, and the name of which it is the newest.
CYPHER 25
MATCH (s:Strategy) WHERE s.ownerId = $ownerId AND s.origin >= '' AND s.createdAt IS NOT NULL AND s.id > ''
  AND NOT EXISTS { (s)<-[:BRINGS]-(:Delivery) }
WITH s ORDER BY s.version, s.id
RETURN collect([s.id, s.currentName]) AS rows
