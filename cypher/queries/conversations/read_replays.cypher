// A page of the responses for which the context of each of these responses was sent again, by id.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
RETURN id, COLLECT {
  MATCH (m)<-[:REPLAYS]-(other:Response)
  WITH DISTINCT other, [other.id] AS key
  WHERE key > $page.low AND key < $page.high
  RETURN other {.id} ORDER BY CASE WHEN $page.up > 0 THEN key END, key DESC LIMIT $page.up + $page.down
} AS rows
