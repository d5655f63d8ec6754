// The deepest message at or above both of two messages, no higher than some levels above them: where their ways part.
CYPHER 25
MATCH (a:Message {id: $from})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
MATCH (b:Message {id: $to})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
WITH a, b, CASE WHEN a.depth < b.depth THEN a.depth ELSE b.depth END - $levels AS bound
CALL (a, b, bound) {
  WITH * WHERE a <> b AND a.conversationId = b.conversationId
  UNWIND [a, b] AS start
  MATCH (start) (()-[:CONTINUES|RESPONDS_TO]->(x WHERE x.depth >= bound)){0,} (m)
  WITH DISTINCT start, m LIMIT $most
  WITH m, count(*) AS sides
  WITH sum(sides) AS met, collect(CASE WHEN sides = 2 THEN m END) AS common
  RETURN met, head(COLLECT { UNWIND common AS m RETURN m ORDER BY m.depth DESC, m.id DESC LIMIT 1 }) AS joint
}
RETURN met, CASE WHEN a = b THEN a.id ELSE joint.id END AS id,
  bound < 0 OR a.conversationId <> b.conversationId AS isWhole
