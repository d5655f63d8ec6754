// Where a conversation branches, with the size and the cost of each side; from above down.
// $ownerId STRING: whose conversation
// $conversationId STRING = '': the conversation; empty is the one that was added to last
// $limit INTEGER 1..10000 = 1000: rows at most
// conversationId STRING: the conversation
// messageId STRING: the message from which several go on; empty where the conversation begins in several ways
// depth INTEGER: how many messages are above that
// sideId STRING: the message with which the side begins
// title STRING: its title
// messages INTEGER: messages of the side
// deepest INTEGER: the depth of its deepest message
// branches LIST<STRING>: the branches that point into it
// costUsd FLOAT (USD): what the tasks of the side cost, as far as that is known
// In Neo4j Browser first: :params {ownerId: 'local', conversationId: '', limit: 1000}
CYPHER 25
CALL () {
  MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId}) RETURN c
  UNION
  MATCH (c:Conversation) WHERE $conversationId = '' AND c.ownerId = $ownerId AND c.updatedAt > datetime({epochMillis: 0}) AND c.id > ''
  RETURN c ORDER BY c.ownerId DESC, c.updatedAt DESC, c.id DESC LIMIT 1
}
CALL (c) {
  MATCH (c)-[:STARTS_WITH]->(root) RETURN null AS point, collect(root) AS sides
  UNION ALL
  MATCH (c)-[:STARTS_WITH]->(root) MATCH (root) (()<-[:CONTINUES|RESPONDS_TO]-()){0,} (m)
  WITH DISTINCT m MATCH (m)<-[:CONTINUES|RESPONDS_TO]-(x) WHERE x:Prompt OR NOT EXISTS { (x)<-[:YIELDED]-() } OR EXISTS { (x)<-[:RESULTED_IN|CONTINUES|HEAD]-() }
  RETURN m AS point, collect(x) AS sides
}
WITH c, point, sides WHERE size(sides) > 1
ORDER BY coalesce(point.depth, -1), point.id LIMIT $limit
UNWIND sides AS side
CALL (side) {
  MATCH (side) (()<-[:CONTINUES|RESPONDS_TO]-()){0,} (x)
  WITH DISTINCT side, x WHERE x:Prompt OR NOT EXISTS { (x)<-[:YIELDED]-() } OR EXISTS { (x)<-[:RESULTED_IN|CONTINUES|HEAD]-() }
  WITH count(x) AS messages, max(x.depth) AS deepest, collect(x) AS all, side
  RETURN messages, deepest, COLLECT { UNWIND all AS x MATCH (x)<-[:HEAD]-(b:Branch) RETURN b.name ORDER BY b.name } AS branches,
    COLLECT { UNWIND all AS x MATCH (x)<-[:ASKED]-(t:Task) RETURN t UNION MATCH (side)<-[:RESULTED_IN]-(t:Task) RETURN t } AS tasks
}
RETURN c.id AS conversationId, point.id AS messageId, point.depth AS depth, side.id AS sideId, side.title AS title, messages, deepest, branches,
  round(reduce(sum = 0.0, cost IN COLLECT { UNWIND tasks AS t MATCH (t)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(a) WHERE a.costUsd IS NOT NULL RETURN a.costUsd } | sum + cost), 10) AS costUsd
ORDER BY coalesce(depth, -1), messageId, sideId
LIMIT $limit
