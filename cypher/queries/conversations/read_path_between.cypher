// A page of the shortest way from one message up to another, and from there down to a third.
CYPHER 25
MATCH (a:Message {id: $from})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
MATCH (joint:Message {id: $joint})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
MATCH (b:Message {id: $to})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
OPTIONAL MATCH p = ANY SHORTEST (a) (()-[:CONTINUES|RESPONDS_TO]->(x WHERE x.depth >= joint.depth)){1,} (joint)
OPTIONAL MATCH q = ANY SHORTEST (b) (()-[:CONTINUES|RESPONDS_TO]->(y WHERE y.depth >= joint.depth)){1,} (joint)
WITH coalesce(nodes(p), [a]) + tail(reverse(coalesce(nodes(q), [b]))) AS way
WITH way, $page.low[0] + 1 AS start, CASE WHEN $page.high[0] < size(way) THEN $page.high[0] ELSE size(way) END AS stop
WITH way, CASE WHEN $page.up > 0 OR stop - $page.down < start THEN start ELSE stop - $page.down END AS first,
  CASE WHEN $page.up > 0 AND start + $page.up < stop THEN start + $page.up ELSE stop END AS stop
RETURN COLLECT {
  UNWIND range(first, stop - 1) AS index
  WITH index, way[index] AS m ORDER BY CASE WHEN $page.up > 0 THEN index ELSE -index END
  WITH index, m, coalesce(m.length, size(m.content)) AS length
  RETURN m {.id, .title, .depth, .role, .status, .finishReason, .note, .conversationId, index: index,
    .toolCallId, .toolName, .isError, pinned: coalesce(m.pinned, false), length,
    content: CASE WHEN length <= 4000 THEN m.content END,
    createdAt: m.createdAt.epochMillis, kind: CASE WHEN m:Response THEN 'Response' ELSE 'Prompt' END}
} AS rows
