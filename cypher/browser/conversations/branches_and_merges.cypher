// Branches and merges
CYPHER 25
// Of the newest conversation that has branches, else of the newest: the 8 branches that grew last, and the newest 8 places where ways part or
// meet. Another conversation: put its id between the quotes.
MATCH (c:Conversation) WHERE c.id STARTS WITH '' AND EXISTS { (c)-[:STARTS_WITH]->() }
WITH c ORDER BY c.id DESC LIMIT 1000
WITH c, COUNT { (c)<-[:BRANCH_OF]-() } > 1 AS branched ORDER BY branched DESC, c.id DESC LIMIT 1
CALL (c) {
  MATCH (b:Branch)-[:BRANCH_OF]->(c)
  MATCH (b)-[:HEAD]->(newest:Message)
  WITH b ORDER BY newest.seq DESC LIMIT 8
  MATCH way = (b)-[:HEAD]->(:Message)-[:CONTINUES|RESPONDS_TO]->{0,1}(:Message)
  RETURN way LIMIT 16
  UNION
  MATCH (m:Message) WHERE m.conversationId = c.id AND m.seq > 0
    AND (COUNT { (m)<-[:CONTINUES|RESPONDS_TO]-() } > 1 OR COUNT { (m)-[:CONTINUES]->() } > 1)
    // Not what a task asked in parts.
    AND EXISTS { (m)-[:RESPONDS_TO]->{0,1}(p:Prompt) WHERE EXISTS { (p)-[:CONTINUES]->() } OR EXISTS { (p)<-[:STARTS_WITH]-() } }
  WITH m ORDER BY m.seq DESC LIMIT 8
  MATCH way = (m)-[:CONTINUES|RESPONDS_TO|REVISES]-(:Message)
  RETURN way LIMIT 36
}
RETURN way;
