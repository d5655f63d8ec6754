// A page of the parts of sources that each of these prompts is about; start and end in characters.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
RETURN id, COLLECT {
  MATCH (m)-[about:ABOUT]->(s:Source)
  WITH DISTINCT s.id AS sourceId, about.start AS start, about.end AS end
  WITH *, [sourceId, start, end] AS key
  WHERE key > $page.low AND key < $page.high
  RETURN {sourceId: sourceId, start: start, end: end}
  ORDER BY CASE WHEN $page.up > 0 THEN key END, key DESC LIMIT $page.up + $page.down
} AS rows
