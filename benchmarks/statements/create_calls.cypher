// Calls of an owner's responses that have none, with a source for every tenth: what analyses of a large graph go over.
CYPHER 25
MATCH (c:Conversation {id: $conversationId})<-[:IN_CONVERSATION]-(r:Response)-[:RESPONDS_TO]->(p:Prompt)
WHERE NOT EXISTS { (r)<-[:YIELDED|RESULTED_IN]-() }
MERGE (m:Model {id: 'acme/one'}) ON CREATE SET m.provider = 'acme', m.name = 'one', m.createdAt = datetime(), m.contextWindow = 8192
MERGE (s:Source {id: c.ownerId + '-source-' + ($number % 50)})
  ON CREATE SET s.ownerId = c.ownerId, s.sha256 = s.id, s.title = 'shared.txt', s.text = 'What several read.', s.createdAt = datetime()
WITH c, r, p, m, s
CALL (c, r, p, m, s) {
  CREATE (c)-[:HAS_TASK]->(t:Task {id: r.id + '-task', ownerId: c.ownerId, conversationId: c.id, type: 'prompt', strategy: 'NONE',
    status: 'SUCCEEDED', title: r.title, model: m.id, maxParallel: 8, createdAt: r.createdAt, startedAt: r.createdAt, finishedAt: r.createdAt})
  CREATE (t)-[:ASKED]->(p) CREATE (t)-[:RESULTED_IN]->(r)
  CREATE (t)-[:HAS_SUBTASK]->(sub:Subtask {id: r.id + '-subtask', taskId: t.id, key: 'direct', kind: 'direct', index: 0, status: 'SUCCEEDED',
    createdAt: r.createdAt, startedAt: r.createdAt, finishedAt: r.createdAt})
  CREATE (sub)-[:ASKED]->(p)
  CREATE (sub)-[:ATTEMPTED]->(a:Attempt {id: r.id + '-attempt', ownerId: c.ownerId, number: 1, status: CASE WHEN r.seq % 20 = 0 THEN 'FAILED' ELSE 'SUCCEEDED' END,
    createdAt: r.createdAt, startedAt: r.createdAt, finishedAt: r.createdAt + duration({milliseconds: 900}), latencyMs: 500 + r.seq % 400,
    timeToFirstTokenMs: 100, inputTokens: 1000, outputTokens: 50, costUsd: 0.001})
  CREATE (a)-[:USED]->(m) CREATE (a)-[:YIELDED]->(r)
  FOREACH (x IN CASE WHEN r.seq % 10 = 0 THEN [1] END | CREATE (t)-[:READS {index: 0, name: 'shared.txt', mediaType: 'text/plain'}]->(s))
}
RETURN count(*) AS calls
