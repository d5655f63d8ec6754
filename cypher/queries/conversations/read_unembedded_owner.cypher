// The next owner, in the order of their names, who has passages in this state.
CYPHER 25
MATCH (p:Passage)
WHERE p.embeddedAs = $state AND p.ownerId > $after AND p.id > ''
RETURN p.ownerId AS ownerId ORDER BY p.embeddedAs, p.ownerId, p.id LIMIT 1
