// The newest thread
CYPHER 25
// The newest 40 messages of the newest conversation: prompts are blue, answers green. Another one: put its id between the quotes.
MATCH (c:Conversation) WHERE c.id STARTS WITH '' AND EXISTS { (c)-[:STARTS_WITH]->() }
WITH c ORDER BY c.id DESC LIMIT 1
MATCH (m:Message) WHERE m.conversationId = c.id AND m.seq > 0
  // Not what a task asked in parts.
  AND EXISTS { (m)-[:RESPONDS_TO]->{0,1}(p:Prompt) WHERE EXISTS { (p)-[:CONTINUES]->() } OR EXISTS { (p)<-[:STARTS_WITH]-() } }
WITH m ORDER BY m.seq DESC LIMIT 40
OPTIONAL MATCH way = (m)-[:CONTINUES|RESPONDS_TO|REVISES]->(:Message)
RETURN m, way;
