// The id of the message that has a number in an owner's conversation.
CYPHER 25
MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})
MATCH (m:Message) WHERE m.conversationId = $conversationId AND m.seq = $seq
RETURN m.id AS id
