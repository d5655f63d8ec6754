// Delete the kept plans that tasks which are being deleted have made.
CYPHER 25
MATCH (e:Erasure {id: $erasureId})
SET e.touchedAt = datetime()
WITH e, e.touchedAt AS locked
WITH e, COLLECT { MATCH (e)-[:DISMANTLES]->(:Erased)-[:MADE]->(s:Strategy) RETURN DISTINCT s LIMIT $limit } AS gone
FOREACH (s IN gone | DETACH DELETE s)
SET e.strategies = coalesce(e.strategies, 0) + size(gone)
RETURN size(gone) AS done
