// Delete some of what the oldest draft holds that became no task in $seconds, and the draft once it holds nothing.
CYPHER 25
MATCH (d:Draft) WHERE d.draftedAt < timestamp() - $seconds * 1000
WITH d ORDER BY d.draftedAt LIMIT 1
// This locks the draft: it may be becoming a task.
SET d.draftedAt = d.draftedAt
WITH d, d.draftedAt AS locked
CALL (d) {
  MATCH (d)-[r:READS]->(s:Source)
  WITH r, s LIMIT $limit
  DELETE r
  WITH DISTINCT s
  REMOVE s.lock
  WITH s WHERE NOT EXISTS { (s)<-[:READS|HAS_VERSION]-() }
  DETACH DELETE s
}
WITH d
CALL (d) {
  WITH d WHERE NOT EXISTS { (d)-[:READS]->() }
  DELETE d
}
RETURN count(*) AS drafts
