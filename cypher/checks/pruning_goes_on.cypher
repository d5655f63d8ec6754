// What is being deleted is of a conversation; its messages are of that conversation.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (x:Pruning)
WHERE NOT EXISTS { MATCH (c:Conversation {id: x.conversationId}) WHERE c.ownerId = x.ownerId }
  OR EXISTS { (x)-[:PRUNES]->(m) WHERE NOT m:Message OR m.conversationId <> x.conversationId }
  OR EXISTS { (x)-[:DISMANTLES]->(t) WHERE NOT t:Task }
RETURN count(*) AS count, collect(x.id)[..5] AS ids
