// A page of the messages that each of these continues from or responds to, by id.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
RETURN id, COLLECT {
  MATCH (m)-[:CONTINUES|RESPONDS_TO]->(other:Message)
  WITH DISTINCT other, [other.id] AS key
  WHERE key > $page.low AND key < $page.high
  RETURN other {.id} ORDER BY CASE WHEN $page.up > 0 THEN key END, key DESC LIMIT $page.up + $page.down
} AS rows
