// A page of an owner's plans of one origin (CALLER, MODEL) by age: the newest version of each name.
CYPHER 25
RETURN COLLECT {
  // One of the two reads nothing; the index has the order of both.
  CALL () {
    MATCH (s:Strategy)
    WHERE s.ownerId = $ownerId AND s.origin = $origin AND s.id > ''
      AND s.createdAt >= datetime({epochMillis: $page.low[0]}) AND s.createdAt <= datetime({epochMillis: $page.high[0]})
      AND [s.createdAt.epochMillis, s.id] > $page.low AND [s.createdAt.epochMillis, s.id] < $page.high
      AND s.currentName IS NOT NULL
    RETURN s ORDER BY s.ownerId, s.origin, s.createdAt, s.id LIMIT $page.up
    UNION ALL
    MATCH (s:Strategy)
    WHERE s.ownerId = $ownerId AND s.origin = $origin AND s.id > ''
      AND s.createdAt >= datetime({epochMillis: $page.low[0]}) AND s.createdAt <= datetime({epochMillis: $page.high[0]})
      AND [s.createdAt.epochMillis, s.id] > $page.low AND [s.createdAt.epochMillis, s.id] < $page.high
      AND s.currentName IS NOT NULL
    RETURN s ORDER BY s.ownerId DESC, s.origin DESC, s.createdAt DESC, s.id DESC LIMIT $page.down
  }
  RETURN s {.id, at: s.createdAt.epochMillis}
} AS rows
