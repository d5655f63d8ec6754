// A page of the messages that each of these conversations begins with, by id; those up to a number where one is given.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (c:Conversation {id: id, ownerId: $ownerId})
RETURN id, COLLECT {
  MATCH (c)-[:STARTS_WITH]->(root:Message)
  WITH DISTINCT root, [root.id] AS key
  WHERE key > $page.low AND key < $page.high AND ($upto IS NULL OR root.seq <= $upto)
  RETURN root {.id} ORDER BY CASE WHEN $page.up > 0 THEN key END, key DESC LIMIT $page.up + $page.down
} AS rows
