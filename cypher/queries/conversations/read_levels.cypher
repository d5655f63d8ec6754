// The messages at or above some messages, down to a depth: what they continue from, whether they are answers.
CYPHER 25
MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})
CALL (c) {
  UNWIND $ids AS id
  MATCH (seed:Message {id: id}) WHERE seed.conversationId = c.id
  MATCH (seed) (()-[:CONTINUES|RESPONDS_TO]->(x WHERE x.depth >= $bound)){0,} (m)
  RETURN DISTINCT m LIMIT $most
}
RETURN collect([m.id, m.depth, m:Response, COLLECT { MATCH (m)-[:CONTINUES|RESPONDS_TO]->(p) RETURN [p.id, p.depth] }]) AS rows
