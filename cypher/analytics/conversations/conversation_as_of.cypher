// A conversation as it was at a moment: its messages then, from above down, and where they ended.
// $ownerId STRING: whose conversation
// $conversationId STRING = '': the conversation; empty is the one that was added to last
// $at DATETIME = '': the moment, such as 2026-01-31T12:00:00Z; empty is now
// $limit INTEGER 1..10000 = 1000: rows at most, the newest
// conversationId STRING: the conversation
// seq INTEGER: the number of the message
// messageId STRING: the message
// parents LIST<STRING>: the messages that it goes on from
// depth INTEGER: how many messages are above it
// role STRING: `SYSTEM`, `USER`, `TOOL` or `ASSISTANT`
// createdAt DATETIME: when it was written
// text STRING: its beginning
// isEnd BOOLEAN: whether nothing went on from it then
// In Neo4j Browser first: :params {ownerId: 'local', conversationId: '', at: '', limit: 1000}
CYPHER 25
CALL () {
  MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId}) RETURN c
  UNION
  MATCH (c:Conversation) WHERE $conversationId = '' AND c.ownerId = $ownerId AND c.updatedAt > datetime({epochMillis: 0}) AND c.id > ''
  RETURN c ORDER BY c.ownerId DESC, c.updatedAt DESC, c.id DESC LIMIT 1
}
WITH c, CASE WHEN $at = '' THEN datetime() ELSE datetime($at) END AS at
MATCH (c)-[:STARTS_WITH]->(root) MATCH (root) (()<-[:CONTINUES|RESPONDS_TO]-()){0,} (m)
WITH DISTINCT c, at, m
WHERE m.createdAt <= at AND (m:Prompt OR NOT EXISTS { (m)<-[:YIELDED]-() } OR EXISTS { (m)<-[:RESULTED_IN|CONTINUES|HEAD]-() })
WITH c, at, m ORDER BY m.seq DESC LIMIT $limit
RETURN c.id AS conversationId, m.seq AS seq, m.id AS messageId, COLLECT { MATCH (m)-[e:CONTINUES|RESPONDS_TO]->(p) RETURN p.id ORDER BY e.index } AS parents,
  m.depth AS depth, coalesce(m.role, 'ASSISTANT') AS role, m.createdAt AS createdAt, left(m.content, 200) AS text,
  NOT EXISTS { (m)<-[:CONTINUES|RESPONDS_TO]-(x) WHERE x.createdAt <= at AND (x:Prompt OR NOT EXISTS { (x)<-[:YIELDED]-() } OR EXISTS { (x)<-[:RESULTED_IN|CONTINUES|HEAD]-() }) } AS isEnd
ORDER BY seq
