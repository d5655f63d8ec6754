// A task of the owner that is to be refreshed: where it was asked and answered, what it read, and what these documents say now.
CYPHER 25
MATCH (t:Task {id: $taskId, ownerId: $ownerId})-[:ASKED]->(p:Prompt)
OPTIONAL MATCH (t)-[:RESULTED_IN]->(answer:Response)
RETURN {
  status: t.status, unfinished: coalesce(t.unfinished, false), conversationId: t.conversationId, promptId: p.id,
  answerId: answer.id, strategy: t.strategy, isSummary: t.summaryKind IS NOT NULL, isReplay: t.replayOf IS NOT NULL,
  branchId: head(COLLECT { MATCH (b:Branch)-[:HEAD]->(answer) RETURN b.id ORDER BY b.createdAt, b.id }),
  readings: COLLECT {
    MATCH (t)-[r:READS]->(s:Source)
    OPTIONAL MATCH (d:Document {conversationId: t.conversationId, name: r.name})-[:NEWEST]->(now:Source)
    WITH r, s, now
    RETURN {name: r.name, mediaType: r.mediaType, was: s {.sha256, .length, sourceId: s.id}, now: now {.sha256, .length, sourceId: now.id}}
    ORDER BY r.index
  }
} AS task
