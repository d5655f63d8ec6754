// Turns of a conversation each: a prompt and its response, and the passage of each.
CYPHER 25
UNWIND $rows AS row
CREATE (c:Conversation {id: row.conversationId, ownerId: row.ownerId, createdAt: datetime({epochMillis: row.at}), title: row.asked.title,
  updatedAt: datetime({epochMillis: row.at}), changedAt: datetime({epochMillis: row.at}), lastSeq: 2, searchedSeq: 2})
CREATE (p:Message:Prompt {id: row.asked.id, conversationId: c.id, ownerId: c.ownerId, seq: 1, depth: 0, role: 'USER',
  createdAt: c.createdAt, title: row.asked.title, content: row.asked.content, length: size(row.asked.content)})
CREATE (r:Message:Response {id: row.answer.id, conversationId: c.id, ownerId: c.ownerId, seq: 2, depth: 1, status: 'COMPLETE',
  createdAt: c.createdAt, title: row.answer.title, content: row.answer.content, length: size(row.answer.content)})
CREATE (p)-[:IN_CONVERSATION]->(c), (r)-[:IN_CONVERSATION]->(c), (c)-[:STARTS_WITH]->(p), (r)-[:RESPONDS_TO]->(p)
WITH row, c, p, r
UNWIND [[p, row.asked.passage], [r, row.answer.passage]] AS piece
WITH row, c, piece[0] AS text, piece[1] AS its
CREATE (x:Passage {id: its.id, createdAt: c.createdAt, ownerId: c.ownerId, conversationId: c.id, kind: its.kind,
  day: its.day, start: 0, end: its.end, keys: its.keys,
  terms: its.terms, parts: '', embeddedAs: row.embeddedAs})
CREATE (x)-[:OF]->(text)
WITH x, its.vector AS vector WHERE vector IS NOT NULL
CALL db.create.setNodeVectorProperty(x, 'vectorA', vector)
