// A page of the messages beside each of these: after the same messages, of the same kind, by their numbers; itself among them.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(c:Conversation {ownerId: $ownerId})
WITH id, m, c, COLLECT { MATCH (m)-[:CONTINUES|RESPONDS_TO]->(p) WITH DISTINCT p.id AS p ORDER BY p RETURN p } AS parents
RETURN id, COLLECT {
  CALL (m, c, parents) {
    MATCH (:Message {id: parents[0]})<-[:CONTINUES|RESPONDS_TO]-(o:Message) WHERE (o:Response) = (m:Response)
      AND COLLECT { MATCH (o)-[:CONTINUES|RESPONDS_TO]->(p) WITH DISTINCT p.id AS p ORDER BY p RETURN p } = parents
      AND NOT EXISTS { (o)-[:DECOMPOSES]->() }
      // An answer that was refused, or that another attempt replaced, is none of the chat, unless something follows it.
      AND (EXISTS { (o)<-[:CONTINUES]-() } OR NOT (EXISTS { (o)<-[:REPAIRS|SET_ASIDE]-() } OR EXISTS {
        (o)<-[:YIELDED]-(a:Attempt)<-[:ATTEMPTED]-(:Subtask)-[:ATTEMPTED]->(b:Attempt WHERE b.number > a.number)-[:YIELDED]->()
      }))
    RETURN o
    UNION
    MATCH (c)-[:STARTS_WITH]->(o:Message) WHERE EXISTS { (c)-[:STARTS_WITH]->(m) }
    RETURN o
    UNION
    RETURN m AS o
  }
  WITH o, [o.seq] AS key WHERE key > $page.low AND key < $page.high
  RETURN o {.id, .seq} ORDER BY CASE WHEN $page.up > 0 THEN key END, key DESC LIMIT $page.up + $page.down
} AS rows
