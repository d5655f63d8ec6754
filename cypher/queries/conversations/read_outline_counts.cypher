// How many messages a conversation's chat has, and how many of them are on the path of its default branch.
CYPHER 25
MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})
OPTIONAL MATCH (:Branch {id: coalesce(c.defaultBranchId, $mainBranchId)})-[:HEAD]->(head:Message)
RETURN COUNT {
  MATCH (m:Message) WHERE m.conversationId = $conversationId
    AND NOT EXISTS { (m)-[:DECOMPOSES]->() } AND NOT EXISTS { (m)-[:RESPONDS_TO]->()-[:DECOMPOSES]->() }
} AS messages, COUNT {
  MATCH (head) (()-[:CONTINUES|RESPONDS_TO]->()){0,} (above:Message)
  RETURN DISTINCT above
} AS onDefault
