// The links of these ids between the owner's messages, and the conversations of both sides.
CYPHER 25
RETURN COLLECT {
  UNWIND $batch.ids AS id
  MATCH (a:Message)-[r:REFERENCES {id: id}]->(b:Message)
  MATCH (a)-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
  WHERE EXISTS { (b)-[:IN_CONVERSATION]->(:Conversation) }
  RETURN r {.id, .kind, .note, .fromId, .toId, createdAt: r.createdAt.epochMillis,
    conversationId: a.conversationId, toConversationId: b.conversationId}
} AS rows
