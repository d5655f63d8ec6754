// The longest path of each conversation that a branch leads to, against what no branch leads to any more; the dearest first.
// $ownerId STRING: whose conversations
// $days INTEGER 0..100000 = 30: conversations that were added to in the last so many days; 0 is all
// $limit INTEGER 1..10000 = 100: rows at most, of the conversations that were added to last
// conversationId STRING: the conversation
// title STRING: its title
// branch STRING: the branch with the longest path
// longest INTEGER: messages of that path
// alive INTEGER: messages that a branch leads to
// dead INTEGER: messages that none leads to
// deadEnds INTEGER: of these, messages from which nothing goes on
// aliveUsd FLOAT (USD): what the answers that a branch leads to cost, as far as that is known
// deadUsd FLOAT (USD): what the others cost
// In Neo4j Browser first: :params {ownerId: 'local', days: 30, limit: 100}
CYPHER 25
MATCH (c:Conversation)
WHERE c.ownerId = $ownerId AND c.id > ''
  AND c.updatedAt >= CASE WHEN $days > 0 THEN datetime() - duration({days: $days}) ELSE datetime({epochMillis: 0}) END
WITH c ORDER BY c.ownerId DESC, c.updatedAt DESC, c.id DESC LIMIT $limit
CALL (c) {
  MATCH (c)<-[:BRANCH_OF]-(b:Branch)-[:HEAD]->(h)
  RETURN b.name AS branch, h.depth + 1 AS longest ORDER BY h.depth DESC, b.id LIMIT 1
}
CALL (c) {
  MATCH (c)<-[:BRANCH_OF]-(:Branch)-[:HEAD]->(h) WITH DISTINCT h MATCH (h) (()-[:CONTINUES|RESPONDS_TO]->()){0,} (m)
  WITH DISTINCT m OPTIONAL MATCH (m)<-[:RESULTED_IN]-(t:Task)
  RETURN count(DISTINCT m) AS alive, collect(DISTINCT t) AS used
}
CALL (c) {
  MATCH (c)-[:STARTS_WITH]->(root) MATCH (root) (()<-[:CONTINUES|RESPONDS_TO]-()){0,} (m)
  WITH DISTINCT m WHERE m:Prompt OR NOT EXISTS { (m)<-[:YIELDED]-() } OR EXISTS { (m)<-[:RESULTED_IN|CONTINUES|HEAD]-() }
  OPTIONAL MATCH (m)<-[:RESULTED_IN]-(t:Task)
  RETURN count(DISTINCT m) AS all, collect(DISTINCT t) AS made,
    count(DISTINCT CASE WHEN NOT EXISTS { (m)<-[:HEAD]-() } AND NOT EXISTS { (m)<-[:CONTINUES|RESPONDS_TO]-(m2) WHERE m2:Prompt OR NOT EXISTS { (m2)<-[:YIELDED]-() } OR EXISTS { (m2)<-[:RESULTED_IN|CONTINUES|HEAD]-() } } THEN m END) AS deadEnds
}
WITH *, reduce(sum = 0.0, cost IN COLLECT { UNWIND used AS t MATCH (t)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(a) WHERE a.costUsd IS NOT NULL RETURN a.costUsd } | sum + cost) AS aliveUsd,
  reduce(sum = 0.0, cost IN COLLECT { UNWIND made AS t MATCH (t)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(a) WHERE a.costUsd IS NOT NULL RETURN a.costUsd } | sum + cost) AS allUsd
RETURN c.id AS conversationId, c.title AS title, branch, longest, alive, all - alive AS dead, deadEnds, round(aliveUsd, 10) AS aliveUsd, round(allUsd - aliveUsd, 10) AS deadUsd
ORDER BY deadUsd DESC, dead DESC, conversationId
