// A task is of one conversation of its owner, and asked one prompt of that.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (t:Task)
WHERE COUNT { (t)<-[:HAS_TASK]-() } <> 1 OR COUNT { (t)-[:ASKED]->() } <> 1
  OR NOT EXISTS { (t)<-[:HAS_TASK]-(c:Conversation) WHERE c.ownerId = t.ownerId AND EXISTS { (t)-[:ASKED]->(p:Prompt) WHERE p.conversationId = c.id } }
RETURN count(*) AS count, collect(t.id)[..5] AS ids
