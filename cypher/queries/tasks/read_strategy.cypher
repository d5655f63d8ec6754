// The owner's kept plan of that name, in its newest version.
CYPHER 25
MATCH (s:Strategy {ownerId: $ownerId, currentName: $strategyName})
RETURN s.id AS id, s.plan AS plan, s.origin AS origin, s.createdAt.epochMillis AS at
