// What each of these summaries was made of.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (s:Summary {id: id, ownerId: $ownerId})
RETURN id, {
  messages: COLLECT { MATCH (s)-[:SUMMARIZES]->(m:Message) RETURN m.id },
  summaries: COLLECT { MATCH (s)-[:SUMMARIZES]->(x:Summary) RETURN x.id }
} AS rests
