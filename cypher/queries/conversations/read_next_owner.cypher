// The next owner that has conversations, after this one.
CYPHER 25
RETURN head(COLLECT {
  MATCH (c:Conversation)
  WHERE c.ownerId > $after AND c.id > ''
  RETURN c.ownerId ORDER BY c.ownerId LIMIT 1
}) AS owner
