// A response that ended with tool calls made some; they are numbered from 0 on, each with an id of its own.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (r:Response)
WITH r, COUNT { (r)-[:CALLED]->() } AS calls
WHERE (calls = 0 AND r.finishReason = 'tool_calls')
  OR (calls > 0 AND (NOT coalesce(r.finishReason, '') IN ['tool_calls', 'length', 'content_filter']
    OR COUNT { MATCH (r)-[call:CALLED]->() RETURN DISTINCT call.toolCallId } <> calls
    OR COLLECT { MATCH (r)-[call:CALLED]->() RETURN call.index ORDER BY call.index } <> range(0, calls - 1)))
RETURN count(*) AS count, collect(r.id)[..5] AS ids
