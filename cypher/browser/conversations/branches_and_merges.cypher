// Branches and merges
CYPHER 25
// The newest 12 branches of the newest conversation, and the newest 12 places where ways part or meet. Another conversation: put its id
// between the quotes.
MATCH (c:Conversation) WHERE c.id STARTS WITH '' AND EXISTS { (c)-[:STARTS_WITH]->() }
WITH c ORDER BY c.id DESC LIMIT 1
CALL (c) {
  MATCH (b:Branch)-[:BRANCH_OF]->(c)
  WITH b ORDER BY b.createdAt DESC LIMIT 12
  MATCH way = (b)-[:HEAD]->(:Message)-[:CONTINUES|RESPONDS_TO]->{0,1}(:Message)
  RETURN way LIMIT 40
  UNION
  MATCH (m:Message) WHERE m.conversationId = c.id AND m.seq > 0
    AND (COUNT { (m)<-[:CONTINUES|RESPONDS_TO]-() } > 1 OR COUNT { (m)-[:CONTINUES]->() } > 1)
  WITH m ORDER BY m.seq DESC LIMIT 12
  MATCH way = (m)-[:CONTINUES|RESPONDS_TO|REVISES]-(:Message)
  RETURN way LIMIT 80
}
RETURN way;
