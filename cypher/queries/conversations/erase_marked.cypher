// Delete some hundred of the messages, summaries and sources that have lost their labels: $most characters at once.
CYPHER 25
MATCH (e:Erasure {id: $erasureId}) WHERE NOT e.kind IN ['CONVERSATION', 'OWNER']
SET e.touchedAt = datetime()
WITH e, e.touchedAt AS locked
WITH e, COLLECT { MATCH (e)-[r:ERASES]->(m:Erased) WHERE r.as <> 'DOCUMENT' RETURN {m: m, as: r.as,
  size: coalesce(m.bytes, m.length, size(m.content), 0) + coalesce(size(m.reasoning), 0)} LIMIT $limit } AS found
WITH e, found, reduce(sum = {size: 0, count: 0}, row IN found | CASE WHEN sum.count = 0 OR sum.size + row.size <= $most
  THEN {size: sum.size + row.size, count: sum.count + 1} ELSE {size: $most + 1, count: sum.count} END).count AS count
WITH e, found[..count] AS rows
WITH e, rows, [row IN rows | row.as] AS kinds,
  COLLECT { UNWIND rows AS row WITH row.m AS m MATCH (m)-[:CALLED]->(tool:Tool) RETURN DISTINCT tool } AS tools
FOREACH (row IN rows | FOREACH (m IN [row.m] | DETACH DELETE m))
WITH *, [tool IN tools WHERE NOT EXISTS { (tool)--() }] AS lastTools
FOREACH (tool IN lastTools | DELETE tool)
SET e.prompts = coalesce(e.prompts, 0) + size([as IN kinds WHERE as = 'PROMPT']),
  e.responses = coalesce(e.responses, 0) + size([as IN kinds WHERE as = 'RESPONSE']),
  e.summaries = coalesce(e.summaries, 0) + size([as IN kinds WHERE as = 'SUMMARY']),
  e.sources = coalesce(e.sources, 0) + size([as IN kinds WHERE as = 'SOURCE']),
  e.tools = coalesce(e.tools, 0) + size(lastTools)
RETURN size(rows) AS done
