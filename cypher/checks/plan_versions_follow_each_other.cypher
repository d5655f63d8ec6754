// A kept plan supersedes one version at most, the one before it of its owner and name; the newest alone is current.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (s:Strategy)
WHERE s.name IS NULL OR s.plan IS NULL OR s.ownerId IS NULL OR s.version IS NULL
  OR (s.currentName IS NOT NULL AND (s.currentName <> s.name OR EXISTS { (s)<-[:SUPERSEDES]-() }))
  OR COUNT { (s)-[:SUPERSEDES]->() } <> toInteger(s.version > 1) OR COUNT { (s)<-[:SUPERSEDES]-() } > 1
  OR EXISTS { (s)-[:SUPERSEDES]->(f) WHERE f.version <> s.version - 1 OR f.ownerId <> s.ownerId OR f.name <> s.name }
RETURN count(*) AS count, collect(s.id)[..5] AS ids
