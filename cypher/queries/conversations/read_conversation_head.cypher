// The newest sequence number of a conversation: what is at or below it is committed.
CYPHER 25
MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})
RETURN c.lastSeq AS seq
