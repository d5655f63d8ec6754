// A page of the path above some messages: those themselves and what is above them, a number of depths of it, the deepest first.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  UNWIND row.ids AS id
  MATCH (seed:Message {id: id, ownerId: row.ownerId})
  WITH row, collect(seed) AS seeds, max(seed.depth) - row.span AS bound
  UNWIND seeds AS seed
  MATCH (seed) (()-[:CONTINUES|RESPONDS_TO]->(x WHERE x.depth > bound)){0,} (m)
  // At once, so that the plan prunes: where branches were merged there are very many ways to a message.
  WITH DISTINCT bound, m WHERE m.depth > bound
  WITH m ORDER BY m.depth DESC
  RETURN collect(m) AS found
}
WITH row, found, [m IN found | coalesce(m.length, 0)] AS lengths, 100 AS some
// In pieces: the first are taken over while the next are read. No token of a text has more than 16 characters.
UNWIND range(0, size(found), some) AS start
WITH row, found[start .. start + some] AS piece, start, reduce(sum = 0, length IN lengths[.. start] | sum + length) <= 16 * row.room AS fits
RETURN row.n AS n, COLLECT {
  UNWIND piece AS m
  // What does not fit in any way is not sent over.
  WITH m, fits AND coalesce(m.length, 0) <= 16 * row.room AND coalesce(m.tokensO200k, 0) <= row.room AND m.id <> row.promptId AS wanted
  RETURN {
    id: m.id, depth: m.depth, role: coalesce(m.role, 'ASSISTANT'), toolCallId: m.toolCallId, isError: m.isError,
    o200k: m.tokensO200k, cl100k: m.tokensCl100k, content: CASE WHEN wanted THEN m.content END,
    parents: COLLECT { MATCH (m)-[up:CONTINUES|RESPONDS_TO]->(p) WITH p.id AS id, up.index AS i ORDER BY i, id RETURN id },
    conflicts: m.conflicts, sides: CASE WHEN COUNT { (m)-[:CONTINUES]->() } > 1 THEN COLLECT { MATCH (m)-[up:CONTINUES]->(p)
      WITH up.label AS label, up.index AS i, p.id AS id ORDER BY i, id RETURN coalesce(label, '') } END,
    toolCalls: CASE WHEN m:Response THEN COLLECT { MATCH (m)-[call:CALLED]->(tool:Tool)
      RETURN {toolCallId: call.toolCallId, arguments: call.arguments, name: tool.name} ORDER BY call.index } END,
    saw: CASE WHEN row.first AND m:Response THEN COLLECT { MATCH (m)<-[:YIELDED]-(:Attempt)-[saw:SAW]->(seen)
      RETURN {as: saw.as, id: seen.id, depth: seen.depth} } END
  }
} AS messages,
// What goes into every context of the conversation.
CASE WHEN row.first AND start = 0 THEN COLLECT {
  MATCH (:Conversation {id: row.conversationId, ownerId: row.ownerId})-[:HAS_SYSTEM_PROMPT]->(m:Prompt)
  RETURN m {.id, .depth, .content, .role, o200k: m.tokensO200k, cl100k: m.tokensCl100k}
} END AS system,
CASE WHEN row.first AND start = 0 THEN COLLECT {
  // All three, or the index is not used, which a plan in a CASE does not show.
  MATCH (m:Message) USING INDEX SEEK m:Message(conversationId, pinned, seq)
  WHERE m.conversationId = row.conversationId AND m.pinned = true AND m.seq > 0 AND m.ownerId = row.ownerId
  WITH m ORDER BY m.conversationId, m.pinned, m.seq LIMIT 50
  RETURN m {.id, .depth, .content, role: coalesce(m.role, 'ASSISTANT'), o200k: m.tokensO200k, cl100k: m.tokensCl100k}
} END AS pinned
