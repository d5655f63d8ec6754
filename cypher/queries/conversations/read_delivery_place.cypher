// Whether an id is free for a conversation that arrives, or has its place already: whole, or under way.
CYPHER 25
OPTIONAL MATCH (c:Conversation {id: $conversationId})
OPTIONAL MATCH (d:Delivery {ownerId: $ownerId, conversationId: $conversationId})
WITH c, d ORDER BY d.createdAt DESC LIMIT 1
RETURN c.ownerId = $ownerId AS isThere,
  c IS NOT NULL OR EXISTS { MATCH (:Erasure {subjectId: $conversationId}) } OR EXISTS { MATCH (:Erased {id: $conversationId}) } AS isTaken,
  // Set where the same import has brought it before: what had no other end then.
  head(COLLECT { MATCH (c)-[by:IMPORTED_BY {made: true}]->(:Import {id: $importId}) RETURN by.leftLinks }) AS leftLinks,
  d {.id, .line, .sha256, .isLanding, .importId} AS delivery
