// A task is of one conversation of its owner, and asked one prompt of that; or it waits for its turn, or ended before it, and holds its prompt.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (t:Task)
WHERE COUNT { (t)<-[:HAS_TASK]-() } <> 1 OR COUNT { (t)-[:ASKED]->() } <> CASE WHEN t.heldContent IS NULL THEN 1 ELSE 0 END
  OR (t.heldContent IS NOT NULL AND NOT EXISTS { (t)-[:AWAITS]->() })
  OR EXISTS { (t)-[:AWAITS]->(other) WHERE other.conversationId <> t.conversationId }
  OR (t.heldContent IS NULL AND EXISTS { (t)-[:HELD_FOR]->() })
  OR t.heldContent IS NULL AND NOT EXISTS { (t)<-[:HAS_TASK]-(c:Conversation) WHERE c.ownerId = t.ownerId AND EXISTS { (t)-[:ASKED]->(p:Prompt) WHERE p.conversationId = c.id } }
RETURN count(*) AS count, collect(t.id)[..5] AS ids
