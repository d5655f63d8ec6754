// The plan of each of these tasks, and the id of the kept plan that it followed.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (t:Task {id: id, ownerId: $ownerId})
RETURN id, [t.plan, head(COLLECT { MATCH (t)-[:FOLLOWED]->(s:Strategy) RETURN s.id })] AS followed
