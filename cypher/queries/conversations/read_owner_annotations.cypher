// A page of an owner's annotations, by age: of all, or of those with one label; each null of $which is any.
CYPHER 25
RETURN COLLECT {
  // One of the four reads something; the indexes have the order of all.
  CALL () {
    MATCH (a:Annotation)
    USING INDEX SEEK a:Annotation(ownerId, id)
    WHERE a.ownerId = CASE WHEN $which.label IS NULL THEN $ownerId END AND a.id > $page.low[0] AND a.id < $page.high[0]
      AND ($which.least IS NULL OR a.rating >= $which.least) AND ($which.most IS NULL OR a.rating <= $which.most)
      AND ($which.annotator IS NULL OR a.annotator = $which.annotator) AND ($which.conversationId IS NULL OR a.conversationId = $which.conversationId)
    RETURN a ORDER BY a.ownerId, a.id LIMIT $page.up
    UNION ALL
    MATCH (a:Annotation)
    USING INDEX SEEK a:Annotation(ownerId, id)
    WHERE a.ownerId = CASE WHEN $which.label IS NULL THEN $ownerId END AND a.id > $page.low[0] AND a.id < $page.high[0]
      AND ($which.least IS NULL OR a.rating >= $which.least) AND ($which.most IS NULL OR a.rating <= $which.most)
      AND ($which.annotator IS NULL OR a.annotator = $which.annotator) AND ($which.conversationId IS NULL OR a.conversationId = $which.conversationId)
    RETURN a ORDER BY a.ownerId DESC, a.id DESC LIMIT $page.down
    UNION ALL
    MATCH (a:Annotation)
    USING INDEX SEEK a:Annotation(ownerId, label, id)
    WHERE a.ownerId = $ownerId AND a.label = $which.label AND a.id > $page.low[0] AND a.id < $page.high[0]
      AND ($which.least IS NULL OR a.rating >= $which.least) AND ($which.most IS NULL OR a.rating <= $which.most)
      AND ($which.annotator IS NULL OR a.annotator = $which.annotator) AND ($which.conversationId IS NULL OR a.conversationId = $which.conversationId)
    RETURN a ORDER BY a.ownerId, a.label, a.id LIMIT $page.up
    UNION ALL
    MATCH (a:Annotation)
    USING INDEX SEEK a:Annotation(ownerId, label, id)
    WHERE a.ownerId = $ownerId AND a.label = $which.label AND a.id > $page.low[0] AND a.id < $page.high[0]
      AND ($which.least IS NULL OR a.rating >= $which.least) AND ($which.most IS NULL OR a.rating <= $which.most)
      AND ($which.annotator IS NULL OR a.annotator = $which.annotator) AND ($which.conversationId IS NULL OR a.conversationId = $which.conversationId)
    RETURN a ORDER BY a.ownerId DESC, a.label DESC, a.id DESC LIMIT $page.down
  }
  WITH a, a.id AS key
  ORDER BY CASE WHEN $page.up > 0 THEN key END, key DESC
  RETURN a {.id, .messageId, .conversationId, .annotator, .rating, .label, .comment,
    createdAt: a.createdAt.epochMillis, updatedAt: a.updatedAt.epochMillis}
} AS rows
