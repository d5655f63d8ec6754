// What an attempt's context was made from: its prompt, what it saw, the repair, and in which words its format was told.
CYPHER 25
MATCH (a:Attempt {id: $attemptId, ownerId: $ownerId})<-[:ATTEMPTED]-(s:Subtask)<-[:HAS_SUBTASK]-(t:Task)
MATCH (s)-[:ASKED]->(p:Prompt)
RETURN {
  conversationId: p.conversationId, kind: s.kind, subtaskId: s.id, taskId: t.id, maxOutputTokens: t.maxOutputTokens,
  summaryForm: t.summaryForm,
  sha256: a.contextSha256, formatInWords: a.formatInWords, repair: a.repair,
  model: head(COLLECT { MATCH (a)-[:USED]->(m:Model) RETURN m.id }),
  prompt: p {.id, .depth, .content, .role, .toolCallId, .isError},
  refused: head(COLLECT { MATCH (a)-[:REPAIRS]->(r:Response) RETURN r.content }),
  own: s {.responseFormat, .responseSchema},
  task: t {.responseFormat, .responseSchema, .replayOf,
    without: COLLECT { MATCH (t)-[:WITHOUT]->(m:Message) RETURN m.id },
    instead: COLLECT { MATCH (t)-[said:INSTEAD]->(m:Message) RETURN {id: m.id, content: said.content} }},
  tools: COLLECT { MATCH (t)-[o:OFFERS]->(tool:Tool)
    RETURN {description: o.description, parameters: o.parameters, name: tool.name} ORDER BY o.index },
  summaries: COLLECT { MATCH (a)-[:SAW]->(summary:Summary)-[:ENDS_AT]->(m)
    RETURN summary {.id, .content, .messages, o200k: summary.tokensO200k, cl100k: summary.tokensCl100k, endsAt: m.id, endsDepth: m.depth} },
  saw: COLLECT { MATCH (a)-[saw:SAW]->(m:Message)
    RETURN m {.id, .depth, role: coalesce(m.role, 'ASSISTANT'), as: saw.as, o200k: m.tokensO200k, cl100k: m.tokensCl100k,
      content: CASE WHEN saw.as <> 'VERBATIM' THEN m.content END} }
} AS found
