// A summary ends at the newest message that it covers and begins at the oldest, and one task has made it.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (s:Summary)
WITH s, COLLECT { MATCH (s)-[:SUMMARIZES]->{1,8}(m:Message) RETURN DISTINCT m ORDER BY m.depth } AS covered
WHERE COUNT { (s)<-[:SUMMARIZED]-(:Task) } <> 1 OR covered = []
  OR COLLECT { MATCH (s)-[:ENDS_AT]->(m) RETURN m.depth } <> [covered[-1].depth]
  OR COLLECT { MATCH (s)-[:BEGINS_AT]->(m) RETURN m.depth } <> [covered[0].depth]
RETURN count(*) AS count, collect(s.id)[..5] AS ids
