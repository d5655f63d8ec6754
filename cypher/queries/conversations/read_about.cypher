// The parts of sources that each of these prompts is about; start and end in characters.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
RETURN id, COLLECT {
  MATCH (m)-[about:ABOUT]->(s:Source)
  RETURN [s.id, about.start, about.end] ORDER BY s.id, about.start LIMIT $first
} AS spans
