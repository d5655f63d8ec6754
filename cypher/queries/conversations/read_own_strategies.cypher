// Which of these kept plans the owner has already.
CYPHER 25
UNWIND $ids AS id
MATCH (s:Strategy {id: id, ownerId: $ownerId})
RETURN collect([s.id, elementId(s), s.id]) AS found
