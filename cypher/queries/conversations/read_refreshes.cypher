// The task that each of these tasks refreshes, and the newest that refreshes it.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (t:Task {id: id, ownerId: $ownerId})
RETURN id, {
  former: head(COLLECT { MATCH (t)-[:REFRESHES]->(f:Task) RETURN f.id }),
  next: head(COLLECT { MATCH (t)<-[:REFRESHES]-(n:Task) RETURN n.id ORDER BY n.id DESC LIMIT 1 })
} AS tasks
