// The messages before each of these, nearest first, by the first of several parents.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})
WHERE m.ownerId = $ownerId
RETURN id, COLLECT {
  MATCH (m) (()-[e:CONTINUES|RESPONDS_TO WHERE coalesce(e.index, 0) = 0]->(x)){1,20} (above)
  RETURN above.id ORDER BY above.depth DESC LIMIT $limit
} AS ids
