// Whether a conversation is still there, and nothing was deleted from it since a number: then a file of it is whole.
CYPHER 25
OPTIONAL MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})
RETURN c IS NOT NULL AND NOT EXISTS {
  MATCH (x:Change) USING INDEX SEEK x:Change(conversationId, seq)
  WHERE x.conversationId = $conversationId AND x.seq > $asOf AND x.action = 'DELETED' AND NOT x.type IN ['LINK', 'ANNOTATION']
} AS isWhole
