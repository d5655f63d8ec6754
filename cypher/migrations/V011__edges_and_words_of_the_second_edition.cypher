// A conversation's counter says what it counts.
CYPHER 25
MATCH (c:Conversation) WHERE c.seq IS NOT NULL
CALL (c) {
  SET c.lastSeq = c.seq
  REMOVE c.seq
} IN TRANSACTIONS OF 10000 ROWS;

// The order in which answers go into a prompt stands on the edge to where they come from.
CYPHER 25
MATCH (s:Subtask) WHERE s.uses IS NOT NULL
CALL (s) {
  CALL (s) {
    UNWIND range(0, size(s.uses) - 1) AS place
    MATCH (s)-[needs:DEPENDS_ON]->(:Subtask {id: s.uses[place]})
    SET needs.place = place
  }
  REMOVE s.uses
} IN TRANSACTIONS OF 1000 ROWS;

// Messages know their owner.
CYPHER 25
MATCH (m:Message)-[:IN_CONVERSATION]->(c:Conversation) WHERE m.ownerId IS NULL
CALL (m, c) {
  SET m.ownerId = c.ownerId
} IN TRANSACTIONS OF 10000 ROWS;
CREATE INDEX prompt_id IF NOT EXISTS FOR (n:Prompt) ON (n.id);
CREATE INDEX response_id IF NOT EXISTS FOR (n:Response) ON (n.id);
CREATE INDEX attempt_started IF NOT EXISTS FOR (n:Attempt) ON (n.startedAt);

// What was cut has an end and a code. (When a dead process stopped is not known: it ended where it began.)
CYPHER 25
MATCH (a:Attempt) WHERE a.status IN ['INTERRUPTED', 'CANCELLED'] AND (a.errorCode IS NULL OR a.finishedAt IS NULL)
CALL (a) {
  SET a.errorCode = coalesce(a.errorCode, a.status),
    a.finishedAt = coalesce(a.finishedAt, a.startedAt + duration({milliseconds: coalesce(a.latencyMs, 0)}))
} IN TRANSACTIONS OF 10000 ROWS;

// An answer of a task that is PARTIAL is so too.
CYPHER 25
MATCH (t:Task {status: 'PARTIAL'})-[:RESULTED_IN]->(r:Response {status: 'COMPLETE'})
WHERE EXISTS { (r)-[:SYNTHESIZES]->() }
CALL (t, r) {
  SET r.status = 'PARTIAL', r.note = coalesce(r.note, t.error)
} IN TRANSACTIONS OF 1000 ROWS;

// Answers that were accepted, and that nothing rests on.
CYPHER 25
MATCH (t:Task)-[:RESULTED_IN]->() WHERE t.unfinished IS NULL
WITH DISTINCT t
CALL (t) {
  MATCH (t)-[:HAS_SUBTASK]->(:Subtask)-[:ATTEMPTED]->(:Attempt {status: 'SUCCEEDED'})-[:YIELDED]->(left:Response)
  WHERE NOT EXISTS { (left)<-[:SYNTHESIZES|USES|RESULTED_IN]-() }
  MERGE (t)-[:SET_ASIDE]->(left)
} IN TRANSACTIONS OF 100 ROWS;

// A plan that is changed is another version; who made it is an edge.
DROP CONSTRAINT strategy_name IF EXISTS;
CYPHER 25
MATCH (s:Strategy) WHERE s.version IS NULL
SET s.version = 1, s.currentName = s.name
REMOVE s.formerRequests, s.updatedAt
WITH s WHERE s.madeBy IS NOT NULL
MATCH (t:Task {id: s.madeBy})
MERGE (t)-[:MADE]->(s)
REMOVE s.madeBy
WITH s, t
MATCH (t)-[:HAS_SUBTASK]->(p:Subtask {kind: 'plan', status: 'SUCCEEDED'})
WITH s, p ORDER BY p.index DESC
WITH s, head(collect(p)) AS p
MATCH (p)-[:ATTEMPTED]->(a:Attempt {status: 'SUCCEEDED'})-[:YIELDED]->(answer:Response)
WITH s, answer ORDER BY a.number DESC
WITH s, head(collect(answer)) AS answer
MERGE (s)-[:MADE_FROM]->(answer);
CYPHER 25
MATCH (t:Task)-[aside:SET_ASIDE]->(:Response)<-[:MADE_FROM]-(:Strategy) DELETE aside;
CREATE CONSTRAINT strategy_current_name IF NOT EXISTS FOR (n:Strategy) REQUIRE (n.ownerId, n.currentName) IS UNIQUE;
CREATE CONSTRAINT run_id IF NOT EXISTS FOR (n:Run) REQUIRE n.id IS UNIQUE;

// Events are found by their task and their number; an id of their own was half of what they cost.
DROP CONSTRAINT task_event_id IF EXISTS;
CYPHER 25
MATCH (e:TaskEvent) WHERE e.id IS NOT NULL
CALL (e) { REMOVE e.id } IN TRANSACTIONS OF 10000 ROWS;
