// A conversation starts with just those messages of its own that stand below nothing, or below one that is deleted.
// Of whatever is there: it is written in one transaction.
CYPHER 25
CALL () {
  MATCH (c:Conversation)-[:STARTS_WITH]->(m)
  WHERE (m.depth <> 0 AND NOT EXISTS { MATCH (:Erasure {conversationId: c.id, joins: true}) }) OR m.conversationId <> c.id OR EXISTS { (m)-[:CONTINUES|RESPONDS_TO|DECOMPOSES|ABOUT]->(:Message) }
  RETURN m.id AS id
  UNION ALL
  MATCH (m:Message) WHERE m.depth = 0 AND coalesce(m.role, '') <> 'SYSTEM' AND NOT EXISTS { (m)<-[:STARTS_WITH]-() }
  RETURN m.id AS id
}
RETURN count(*) AS count, collect(id)[..5] AS ids
