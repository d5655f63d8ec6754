// The owner's plans of these ids, with how often and how well each was followed.
CYPHER 25
RETURN COLLECT {
  UNWIND $batch.ids AS id
  MATCH (s:Strategy {id: id, ownerId: $ownerId})
  CALL (s) {
    // Whichever version of it they followed.
    OPTIONAL MATCH (s)-[:SUPERSEDES]->{0,}(version)<-[:FOLLOWED]-(t:Task)
    RETURN count(t) AS useCount, count(CASE WHEN t.status = 'SUCCEEDED' THEN 1 END) AS succeeded,
      count(CASE WHEN t.status IN ['SUCCEEDED', 'PARTIAL', 'FAILED'] THEN 1 END) AS finished
  }
  RETURN s {.id, .name, .description, .plan, .version, .origin,
    madeBy: head(COLLECT { MATCH (s)<-[:MADE]-(maker:Task) RETURN maker.id }),
    previousId: head(COLLECT { MATCH (s)-[:SUPERSEDES]->(former:Strategy) RETURN former.id }),
    createdAt: s.createdAt.epochMillis, useCount: useCount,
    successRate: CASE WHEN finished > 0 THEN toFloat(succeeded) / finished END}
} AS rows
