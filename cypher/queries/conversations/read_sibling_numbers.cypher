// The numbers of the messages beside each of these, for all that stand beside each other at once; see `read_siblings`.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(c:Conversation {ownerId: $ownerId})
WITH c, m, COLLECT { MATCH (m)-[:CONTINUES|RESPONDS_TO]->(p) WITH DISTINCT p.id AS p ORDER BY p RETURN p } AS parents
WITH c, parents, m:Response AS answers, EXISTS { (c)-[:STARTS_WITH]->(m) } AS isFirst, collect([m.id, m.seq]) AS asked
RETURN asked, COLLECT {
  CALL (c, parents, answers, isFirst) {
    MATCH (:Message {id: parents[0]})<-[:CONTINUES|RESPONDS_TO]-(o:Message) WHERE (o:Response) = answers
      AND COLLECT { MATCH (o)-[:CONTINUES|RESPONDS_TO]->(p) WITH DISTINCT p.id AS p ORDER BY p RETURN p } = parents
      AND NOT EXISTS { (o)-[:DECOMPOSES]->() }
      AND (EXISTS { (o)<-[:CONTINUES]-() } OR NOT (EXISTS { (o)<-[:REPAIRS|SET_ASIDE]-() } OR EXISTS {
        (o)<-[:YIELDED]-(a:Attempt)<-[:ATTEMPTED]-(:Subtask)-[:ATTEMPTED]->(b:Attempt WHERE b.number > a.number)-[:YIELDED]->()
      }))
    RETURN o LIMIT $most
    UNION
    MATCH (c)-[:STARTS_WITH]->(o:Message) WHERE isFirst
    RETURN o LIMIT $most
  }
  RETURN o.seq ORDER BY o.seq
} AS seqs
