// The tasks at work in these conversations of the owner; in all of them where none is given.
CYPHER 25
RETURN COLLECT {
  MATCH (t:Task {unfinished: true})
  WHERE t.ownerId = $ownerId AND ($ids IS NULL OR t.conversationId IN $ids)
  RETURN t.id
} AS ids
