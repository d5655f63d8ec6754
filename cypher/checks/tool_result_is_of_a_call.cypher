// A prompt of the role TOOL, and no other, is the result of one call of one response, and names the tool that was called.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (p:Prompt)
WHERE (p.role = 'TOOL') <> (p.toolCallId IS NOT NULL) OR COUNT { (p)-[:RESULT_OF]->() } <> toInteger(p.role = 'TOOL')
  OR COUNT { (p)-[of:RESULT_OF]->(:Response)-[called:CALLED]->(tool)
    WHERE of.toolCallId = p.toolCallId AND called.toolCallId = p.toolCallId AND coalesce(p.toolName, tool.name) = tool.name } <> toInteger(p.role = 'TOOL')
RETURN count(*) AS count, collect(p.id)[..5] AS ids
