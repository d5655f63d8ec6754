// Delete a thousand of what was noted of a conversation that is deleted, and its branches.
CYPHER 25
MATCH (e:Erasure {id: $erasureId, kind: 'CONVERSATION'})-[:ERASES]->(c:Erased)
SET e.touchedAt = datetime()
WITH e, c, e.touchedAt AS locked
CALL (c) {
  MATCH (x:Change) WHERE x.conversationId = c.id AND x.seq >= 0
  WITH x LIMIT $limit
  DELETE x
  RETURN count(*) AS changes
}
WITH *, COLLECT { MATCH (b:Branch)-[:BRANCH_OF]->(c) RETURN b LIMIT $limit } AS branches
FOREACH (b IN branches | DETACH DELETE b)
SET e.changes = coalesce(e.changes, 0) + changes, e.branches = coalesce(e.branches, 0) + size(branches)
RETURN changes + size(branches) AS done
