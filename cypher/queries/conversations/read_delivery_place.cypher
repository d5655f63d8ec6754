// Whether an id is free for a conversation that arrives, or has its place already: whole, or under way.
CYPHER 25
OPTIONAL MATCH (c:Conversation {id: $conversationId})
OPTIONAL MATCH (d:Delivery {ownerId: $ownerId, conversationId: $conversationId})
WITH c, d ORDER BY d.createdAt DESC LIMIT 1
RETURN c.ownerId = $ownerId AS isThere,
  c IS NOT NULL OR EXISTS { MATCH (:Erasure {subjectId: $conversationId}) } OR EXISTS { MATCH (:Erased {id: $conversationId}) } AS isTaken,
  d {.id, .line, .sha256, .isLanding} AS delivery
