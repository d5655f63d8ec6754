// What the subtask of a summary covers, in order: messages as they were said, or summaries.
CYPHER 25
MATCH (s:Subtask {id: $subtaskId})
RETURN COLLECT {
  MATCH (s)-[covers:COVERS]->(x)
  WITH covers.index AS i, x ORDER BY i
  RETURN x {.id, .content, .toolCallId, .toolName, .isError, .messages,
    role: CASE WHEN x:Summary THEN 'SUMMARY' ELSE coalesce(x.role, 'ASSISTANT') END,
    toolCalls: COLLECT { MATCH (x)-[call:CALLED]->(tool:Tool)
      RETURN {toolCallId: call.toolCallId, arguments: call.arguments, name: tool.name} ORDER BY call.index }}
} AS members
