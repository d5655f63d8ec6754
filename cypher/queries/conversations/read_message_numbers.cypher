// The numbers of messages in their conversations.
CYPHER 25
RETURN COLLECT {
  UNWIND $batch.ids AS id
  MATCH (m:Message {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
  RETURN m {.id, .seq, .conversationId}
} AS rows
