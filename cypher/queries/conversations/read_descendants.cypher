// A page of the descendants of each of these messages: at or below the messages `from`, between two places.
CYPHER 25
UNWIND $batch.rows AS row
MATCH (start:Message {id: row.messageId})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
CALL (row, start) {
  UNWIND coalesce(row.from, [start.id]) AS fromId
  MATCH (seed:Message {id: fromId}) WHERE seed.conversationId = start.conversationId
  WITH row, collect(seed) AS seeds, coalesce(row.bound, min(seed.depth) + $page.limit) AS bound
  UNWIND seeds AS seed
  MATCH (seed) (()<-[:CONTINUES|RESPONDS_TO]-(x WHERE x.depth <= bound)){0,} (m)
  WITH DISTINCT row, m LIMIT $page.most
  WITH row, m, [m.depth, m.id] AS place
  RETURN count(*) AS met,
    collect(CASE WHEN (place > row.low AND place < row.high) OR m.id = row.edge THEN m END) AS found
}
RETURN row.n AS n, met, COLLECT {
  UNWIND found AS m
  WITH m, [m.depth, m.id] AS place
  ORDER BY CASE WHEN $page.up THEN place END, place DESC LIMIT $page.limit
  WITH m, coalesce(m.length, size(m.content)) AS length
  RETURN m {.id, .title, .depth, .role, .status, .finishReason, .note, .conversationId,
    .toolCallId, .toolName, .isError, pinned: coalesce(m.pinned, false), length,
    content: CASE WHEN length <= 4000 THEN m.content END,
    createdAt: m.createdAt.epochMillis, kind: CASE WHEN m:Response THEN 'Response' ELSE 'Prompt' END,
    next: COLLECT { MATCH (m)<-[:CONTINUES|RESPONDS_TO]-(down) RETURN down.id LIMIT $page.next }}
} AS rows
