// Take the vectors of slot B off some passages that have them.
CYPHER 25
MATCH (p:Passage)
WHERE p.id > $after
WITH p ORDER BY p.id LIMIT $limit
REMOVE p.vectorB
RETURN max(p.id) AS last
