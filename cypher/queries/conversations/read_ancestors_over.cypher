// A page of what each of these messages came from, over chosen kinds of edges: by number, or by time where links may lead anywhere.
CYPHER 25
UNWIND $batch.rows AS row
MATCH (start:Message {id: row.messageId})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
CALL (row, start) {
  UNWIND coalesce(row.from, [start.id]) AS fromId
  MATCH (seed:Message {id: fromId}) WHERE seed.conversationId = start.conversationId
  WITH row, collect(seed) AS seeds, coalesce(row.bound, max(seed.seq) - 4 * $page.limit) AS bound
  UNWIND seeds AS seed
  MATCH (seed) (()-[e:CONTINUES|RESPONDS_TO|DECOMPOSES|USES|SYNTHESIZES|REFERENCES
      WHERE type(e) IN $page.types]->(x WHERE $page.byTime OR x.seq >= bound)){0,} (m)
  WITH DISTINCT row, m LIMIT $page.most
  WITH row, m, [CASE WHEN $page.byTime THEN m.createdAt.epochMillis ELSE m.seq END, m.id] AS place
  RETURN count(*) AS met,
    collect(CASE WHEN (place > row.low AND place < row.high) OR m.id = row.edge THEN m END) AS found
}
RETURN row.n AS n, met, COLLECT {
  UNWIND found AS m
  WITH m, CASE WHEN $page.byTime THEN m.createdAt.epochMillis ELSE m.seq END AS number
  WITH m, number, [number, m.id] AS place
  ORDER BY CASE WHEN $page.up THEN place END, place DESC LIMIT $page.limit
  WITH m, number, coalesce(m.length, size(m.content)) AS length
  RETURN m {.id, .title, .depth, .role, .status, .finishReason, .note, .conversationId, number: number,
    .toolCallId, .toolName, .isError, pinned: coalesce(m.pinned, false), length,
    content: CASE WHEN length <= 4000 THEN m.content END,
    createdAt: m.createdAt.epochMillis, kind: CASE WHEN m:Response THEN 'Response' ELSE 'Prompt' END,
    next: COLLECT {
      MATCH (m)-[e:CONTINUES|RESPONDS_TO|DECOMPOSES|USES|SYNTHESIZES|REFERENCES
      WHERE type(e) IN $page.types]->(other)
      RETURN DISTINCT other.id LIMIT $page.next }}
} AS rows
