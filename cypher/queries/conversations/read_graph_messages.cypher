// A page of the messages of a conversation by their numbers, $most characters at once, each with what it is tied to and what is thought of it.
CYPHER 25
MATCH (m:Message) WHERE m.conversationId = $conversationId AND $after < m.seq <= $asOf AND m.ownerId = $ownerId
WITH m ORDER BY m.conversationId, m.seq LIMIT $limit
WITH collect(m) AS found
WITH found, reduce(sum = {size: 0, count: 0}, m IN found |
  CASE WHEN sum.count = 0 OR sum.size + m.length + coalesce(size(m.reasoning), 0) <= $most
  THEN {size: sum.size + m.length + coalesce(size(m.reasoning), 0), count: sum.count + 1}
  ELSE {size: $most + 1, count: sum.count} END).count AS count
RETURN count = size(found) AND count < $limit AS isLast, COLLECT { UNWIND found[..count] AS m RETURN {
  as: CASE WHEN m:Prompt THEN 'Prompt' ELSE 'Response' END, node: m {.*, createdAt: toString(m.createdAt)},
  out: COLLECT {
    MATCH (m)-[r:CONTINUES|RESPONDS_TO|REVISES|DECOMPOSES|ABOUT|USES|RESULT_OF|CALLED|SYNTHESIZES|REPLAYS|REPEATS|REFERENCES]->(x)
    RETURN [type(r), [name IN labels(x) WHERE name <> 'Message'][0], x.id, properties(r),
      CASE WHEN x:Tool THEN properties(x) END, x.conversationId, x.seq] },
  in: COLLECT { MATCH (m)<-[r:STARTS_WITH|HAS_SYSTEM_PROMPT|REFERENCES]-(x)
    RETURN [type(r), [name IN labels(x) WHERE name <> 'Message'][0], x.id, properties(r), null, x.conversationId, x.seq] },
  annotations: COLLECT { MATCH (m)<-[:ON]-(a:Annotation) RETURN properties(a) }
}} AS rows
