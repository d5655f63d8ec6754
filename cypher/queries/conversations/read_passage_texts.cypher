// The texts of these passages of an owner.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (p:Passage {id: id})-[:OF]->(n)
WHERE p.ownerId = $ownerId
RETURN id, substring(coalesce(n.content, n.text), p.start, p.end - p.start) AS text
