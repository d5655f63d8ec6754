// The owner's kept plan of that name.
CYPHER 25
MATCH (s:Strategy {ownerId: $ownerId, name: $strategyName})
RETURN s.id AS id, s.plan AS plan
