// What two branches have in common, from above down: their first messages, and where they part.
// $ownerId STRING: whose conversation
// $conversationId STRING = '': the conversation; empty is the one that was added to last
// $a STRING = main: the name of one branch
// $b STRING = '': the name of the other; empty is the newest besides that
// $limit INTEGER 1..10000 = 1000: rows at most, the lowest
// a STRING: the one branch
// b STRING: the other
// depth INTEGER: how many messages are above it
// messageId STRING: a message that both have
// role STRING: `SYSTEM`, `USER`, `TOOL` or `ASSISTANT`
// title STRING: its title
// parts BOOLEAN: whether it is the last that they have in common
// onlyA INTEGER: messages of the one branch alone
// onlyB INTEGER: messages of the other alone
// In Neo4j Browser first: :params {ownerId: 'local', conversationId: '', a: 'main', b: '', limit: 1000}
CYPHER 25
CALL () {
  MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId}) RETURN c
  UNION
  MATCH (c:Conversation) WHERE $conversationId = '' AND c.ownerId = $ownerId AND c.updatedAt > datetime({epochMillis: 0}) AND c.id > ''
  RETURN c ORDER BY c.ownerId DESC, c.updatedAt DESC, c.id DESC LIMIT 1
}
MATCH (c)<-[:BRANCH_OF]-(one:Branch {name: $a})-[:HEAD]->(h)
CALL (c, one) {
  MATCH (c)<-[:BRANCH_OF]-(b:Branch)-[:HEAD]->(head) WHERE b <> one AND ($b = '' OR b.name = $b)
  RETURN b AS other, head ORDER BY b.id DESC LIMIT 1
}
CALL (h, head) {
  UNWIND CASE WHEN h = head THEN [[h, [1, 1]]] ELSE [[h, [1, 0]], [head, [0, 1]]] END AS side
  WITH side, side[0] AS start
  MATCH (start) (()-[:CONTINUES|RESPONDS_TO]->()){0,} (m)
  WITH DISTINCT side, m
  WITH m, sum(side[1][0]) AS ofA, sum(side[1][1]) AS ofB
  WITH sum(CASE WHEN ofB = 0 THEN 1 ELSE 0 END) AS onlyA, sum(CASE WHEN ofA = 0 THEN 1 ELSE 0 END) AS onlyB,
    collect(CASE WHEN ofA > 0 AND ofB > 0 THEN m END) AS common
  UNWIND common AS m
  RETURN m, onlyA, onlyB, size(common) AS size ORDER BY m.depth DESC, m.id DESC LIMIT $limit
}
WITH one, other, onlyA, onlyB, m ORDER BY m.depth DESC, m.id DESC
WITH one, other, onlyA, onlyB, collect(m) AS common
UNWIND range(size(common) - 1, 0, -1) AS i
WITH one, other, onlyA, onlyB, i, common[i] AS m
RETURN one.name AS a, other.name AS b, m.depth AS depth, m.id AS messageId, coalesce(m.role, 'ASSISTANT') AS role, m.title AS title,
  i = 0 AS parts, onlyA, onlyB
