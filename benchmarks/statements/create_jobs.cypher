// Tasks that answered a prompt in parts, with a light attempt for each part: nothing was read, no event is kept.
CYPHER 25
UNWIND $rows AS row
MATCH (c:Conversation {id: row.conversationId})
MATCH (asked:Prompt {id: row.prompt})
MATCH (whole:Response {id: row.answer})
WITH row, c, asked, whole, datetime({epochMillis: row.at}) AS at, datetime({epochMillis: row.until}) AS until
MERGE (model:Model {id: 'echo/echo'})
  ON CREATE SET model.provider = 'echo', model.name = 'echo', model.contextWindow = 128000, model.createdAt = at
MERGE (template:Template {id: row.templateId})
  ON CREATE SET template.instruction = 'Answer this part.', template.createdAt = at
CREATE (c)-[:HAS_TASK]->(t:Task {id: row.id, ownerId: row.ownerId, conversationId: c.id, title: asked.title,
  type: 'GENERIC', strategy: 'CHUNK', status: 'SUCCEEDED', createdAt: at, startedAt: at, finishedAt: until,
  requestHash: row.id, model: 'echo/echo', fallbackModels: [], maxParallel: 8, maxAttempts: 4, retrySeconds: 60.0,
  connectSeconds: 5.0, firstTokenSeconds: 60.0, totalSeconds: 300.0, aggregation: 'CONCAT', onFailure: 'CONTINUE',
  responseFormat: 'TEXT'})
CREATE (t)-[:ASKED]->(asked)
CREATE (t)-[:RESULTED_IN]->(whole)
CREATE (t)-[:FILLED_IN]->(template)
WITH *
UNWIND row.parts AS part
MATCH (p:Prompt {id: part.prompt})
MATCH (r:Response {id: part.answer})
CREATE (t)-[:HAS_SUBTASK]->(s:Subtask {id: part.id, taskId: t.id, key: part.key, index: part.index, title: part.key,
  kind: 'part', part: part.index + 1, parts: size(row.parts), status: 'SUCCEEDED', createdAt: at, startedAt: at,
  finishedAt: until, tokens: part.tokens})
CREATE (s)-[:ASKED]->(p)
CREATE (s)-[:ATTEMPTED]->(a:Attempt {id: part.attemptId, ownerId: row.ownerId, number: 1, status: 'SUCCEEDED',
  createdAt: at, startedAt: at, finishedAt: until, queueMs: 0, timeToFirstTokenMs: 1, latencyMs: 2,
  inputTokens: part.tokens, outputTokens: part.tokens, costUsd: 0.0})
CREATE (a)-[:USED]->(model)
CREATE (a)-[:SAW]->(p)
CREATE (a)-[:YIELDED]->(r)
CREATE (whole)-[:SYNTHESIZES]->(r)
