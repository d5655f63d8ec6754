// The owner's kept plans, those that a caller saved first, newest first, with how often and how well each was followed; $strategyName null is any.
CYPHER 25
RETURN COLLECT {
  MATCH (s:Strategy)
  WHERE s.ownerId = $ownerId AND s.name >= '' AND ($strategyName IS NULL OR s.name = $strategyName)
  WITH s ORDER BY s.madeBy IS NOT NULL, coalesce(s.updatedAt, s.createdAt) DESC, s.id DESC LIMIT $limit
  CALL (s) {
    OPTIONAL MATCH (s)<-[:FOLLOWED]-(t:Task)
    RETURN count(t) AS useCount, count(CASE WHEN t.status = 'SUCCEEDED' THEN 1 END) AS succeeded,
      count(CASE WHEN t.status IN ['SUCCEEDED', 'PARTIAL', 'FAILED'] THEN 1 END) AS finished
  }
  RETURN s {.id, .name, .description, .plan, .madeBy, createdAt: s.createdAt.epochMillis, useCount: useCount,
    successRate: CASE WHEN finished > 0 THEN toFloat(succeeded) / finished END}
} AS rows
