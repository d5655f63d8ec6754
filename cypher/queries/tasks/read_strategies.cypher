// The owner's kept plans, those that a caller saved first, newest first, with how often and how well each was followed; $strategyName null is any.
CYPHER 25
RETURN COLLECT {
  MATCH (s:Strategy)
  WHERE s.ownerId = $ownerId AND s.currentName >= '' AND ($strategyName IS NULL OR s.currentName = $strategyName)
  WITH s, head(COLLECT { MATCH (s)<-[:MADE]-(maker:Task) RETURN maker.id }) AS madeBy
  ORDER BY madeBy IS NOT NULL, s.createdAt DESC, s.id DESC LIMIT $limit
  CALL (s) {
    // Whichever version of it they followed.
    OPTIONAL MATCH (s)-[:SUPERSEDES]->{0,}(version)<-[:FOLLOWED]-(t:Task)
    RETURN count(t) AS useCount, count(CASE WHEN t.status = 'SUCCEEDED' THEN 1 END) AS succeeded,
      count(CASE WHEN t.status IN ['SUCCEEDED', 'PARTIAL', 'FAILED'] THEN 1 END) AS finished
  }
  RETURN s {.id, .name, .description, .plan, .version, madeBy: madeBy,
    previousId: head(COLLECT { MATCH (s)-[:SUPERSEDES]->(former:Strategy) RETURN former.id }),
    createdAt: s.createdAt.epochMillis, useCount: useCount,
    successRate: CASE WHEN finished > 0 THEN toFloat(succeeded) / finished END}
} AS rows
