// How many messages a conversation's chat has, and how many of them are on the path of its default branch.
CYPHER 25
MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})
CALL (c) {
  MATCH (m:Message) WHERE m.conversationId = c.id AND m.seq >= 0
    AND NOT EXISTS { (m)-[:DECOMPOSES]->() } AND NOT EXISTS { (m)-[:RESPONDS_TO]->()-[:DECOMPOSES]->() }
    AND NOT EXISTS { (m)-[:ABOUT]->(:Message) } AND NOT EXISTS { (m)-[:RESPONDS_TO]->()-[:ABOUT]->(:Message) }
  RETURN count(m) AS messages
}
CALL (c) {
  MATCH (:Branch {id: coalesce(c.defaultBranchId, $mainBranchId)})-[:HEAD]->(head:Message)
  MATCH (head) (()-[:CONTINUES|RESPONDS_TO]->()){0,} (above:Message)
  RETURN count(DISTINCT above) AS onDefault
}
RETURN messages, onDefault
