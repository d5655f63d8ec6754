// The annotations of these ids, of the owner's messages.
CYPHER 25
RETURN COLLECT {
  UNWIND $batch.ids AS id
  MATCH (a:Annotation {id: id}) WHERE a.ownerId = $ownerId
  RETURN a {.id, .messageId, .conversationId, .annotator, .rating, .label, .comment,
    createdAt: a.createdAt.epochMillis, updatedAt: a.updatedAt.epochMillis}
} AS rows
