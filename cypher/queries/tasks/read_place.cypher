// Whether a conversation is the owner's, and whether a message is in it.
CYPHER 25
MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})
RETURN EXISTS { MATCH (:Message {id: $messageId})-[:IN_CONVERSATION]->(c) } AS hasParent
