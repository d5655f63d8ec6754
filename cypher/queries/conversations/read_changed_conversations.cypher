// A page of the owner's conversations after a moment of their last change, oldest change first, also of deleted ones; and what the clock of the graph says.
CYPHER 25
RETURN timestamp() AS now, COLLECT {
  CALL () {
    MATCH (c:Conversation)
    WHERE c.ownerId = $ownerId AND c.changedAt >= datetime({epochMillis: $page.since}) AND c.id > ''
      AND [c.changedAt.epochMillis, c.id] > [$page.since, $page.id]
    WITH c ORDER BY c.ownerId, c.changedAt, c.id LIMIT $page.limit
    RETURN c {.id, .title, .metadata, .keepDays, .defaultBranchId, seq: c.lastSeq, changedAt: c.changedAt.epochMillis,
      createdAt: c.createdAt.epochMillis, updatedAt: c.updatedAt.epochMillis, isDeleted: false} AS row
    UNION ALL
    MATCH (e:Erasure)
    WHERE e.ownerId = $ownerId AND e.changedAt >= datetime({epochMillis: $page.since})
      AND [e.changedAt.epochMillis, e.subjectId] > [$page.since, $page.id]
    RETURN {id: e.subjectId, seq: e.seq, changedAt: e.changedAt.epochMillis, isDeleted: true} AS row
  }
  WITH row ORDER BY row.changedAt, row.id LIMIT $page.limit
  RETURN row
} AS rows
