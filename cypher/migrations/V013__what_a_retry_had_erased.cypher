// How tasks had ended before they were retried is in their events: the end of each run, with its error, and what it left.
// The runs are counted from the last one on; codes and notes are not in events. Runs that are there stay as they are.
CYPHER 25
MATCH (t:Task) WHERE t.retries > COUNT { (t)-[:HAD_RUN]->() }
CALL (t) {
  MATCH (again:TaskEvent {taskId: t.id}) WHERE again.type = 'TASK' AND again.status = 'PENDING'
  WITH t, max(again.seq) AS newest
  MATCH (end:TaskEvent {taskId: t.id})
  WHERE end.type = 'TASK' AND end.status IN ['PARTIAL', 'FAILED', 'CANCELLED'] AND end.seq < newest
  WITH t, end ORDER BY end.seq
  WITH t, collect(end) AS ends
  UNWIND range(0, size(ends) - 1) AS i
  WITH t, ends[i] AS end, CASE WHEN i = 0 THEN -1 ELSE ends[i - 1].seq END AS since, t.retries - size(ends) + i + 1 AS number
  WHERE number > 0 AND NOT EXISTS { (t)-[:HAD_RUN]->({number: number}) }
  CREATE (t)-[:HAD_RUN]->(run:Run {id: randomUUID(), createdAt: end.createdAt, number: number, status: end.status,
    error: end.error, finishedAt: end.createdAt})
  WITH t, run, end, since
  CALL (t, run, end, since) {
    MATCH (begin:TaskEvent {taskId: t.id})
    WHERE begin.type = 'TASK' AND begin.status = 'PLANNING' AND since < begin.seq < end.seq
    WITH run, min(begin.createdAt) AS startedAt
    SET run.startedAt = startedAt
  }
  CALL (t, run, end) {
    // The answer of a run was written with its end.
    MATCH (t)-[:ASKED]->(:Prompt)<-[:RESPONDS_TO]-(answer:Response {createdAt: end.createdAt})
    WHERE NOT EXISTS { (answer)<-[:YIELDED]-() }
    CREATE (run)-[:RESULTED_IN]->(answer)
  }
  CALL (t, run, end, since) {
    MATCH (left:TaskEvent {taskId: t.id})
    WHERE left.type = 'SUBTASK' AND left.status IN ['FAILED', 'CANCELLED', 'SKIPPED'] AND since < left.seq < end.seq
    MATCH (s:Subtask {id: left.subtaskId})
    // What was answered while it was cancelled was taken as answered.
    WHERE s.status <> 'SUCCEEDED' OR EXISTS { (s)-[:ATTEMPTED]->(a) WHERE a.startedAt >= end.createdAt }
    CREATE (run)-[:LEFT {status: left.status, error: left.error, finishedAt: left.createdAt}]->(s)
  }
  WITH t, run ORDER BY run.number
  WITH t, head(collect(run.startedAt)) AS first
  SET t.startedAt = CASE WHEN first < t.startedAt OR t.startedAt IS NULL THEN first ELSE t.startedAt END
} IN TRANSACTIONS OF 100 ROWS;

// What a task followed was replaced since, or was never kept: its own plan becomes a version that nobody finds by its name.
CYPHER 25
MATCH (t:Task)-[followed:FOLLOWED]->(s:Strategy) WHERE t.plan <> s.plan
WITH s, t.plan AS plan, collect(t) AS tasks, collect(followed) AS edges, min(t.createdAt) AS at
CALL (s, plan, tasks, edges, at) {
  WITH s, plan, tasks, edges, at, [t IN tasks WHERE EXISTS { (t)-[:HAS_SUBTASK]->({kind: 'plan'}) }] AS makers
  CREATE (former:Strategy {id: randomUUID(), ownerId: s.ownerId, name: s.name, plan: plan, createdAt: at, version: 1})
  FOREACH (t IN tasks | CREATE (t)-[:FOLLOWED]->(former))
  FOREACH (edge IN edges | DELETE edge)
  FOREACH (t IN makers | CREATE (t)-[:MADE]->(former))
  // One older version can be put in its place. Where there are several, only their tasks say which came when.
  FOREACH (x IN CASE WHEN s.requestHash IS NOT NULL AND NOT EXISTS { (s)-[:SUPERSEDES]->() } THEN [1] END |
    CREATE (s)-[:SUPERSEDES]->(former) SET s.version = 2)
  WITH former, makers
  UNWIND makers AS t
  MATCH (t)-[:HAS_SUBTASK]->(p:Subtask {kind: 'plan', status: 'SUCCEEDED'})
    -[:ATTEMPTED]->({status: 'SUCCEEDED'})-[:YIELDED]->(answer)
  WITH former, answer ORDER BY p.index DESC LIMIT 1
  CREATE (former)-[:MADE_FROM]->(answer)
} IN TRANSACTIONS OF 100 ROWS;
CYPHER 25
MATCH (t:Task)-[aside:SET_ASIDE]->(:Response)<-[:MADE_FROM]-(:Strategy)
CALL (aside) { DELETE aside } IN TRANSACTIONS OF 1000 ROWS;

// What was asked after an answer that could not be used repairs it; in which words is not known any more.
CYPHER 25
MATCH (refused:Response)<-[:YIELDED]-(a:Attempt {errorCode: 'INVALID_ANSWER'})<-[:ATTEMPTED]-(s:Subtask)-[:ATTEMPTED]->(next:Attempt)
WHERE next.number = a.number + 1 AND coalesce(s.retriedAfter, 0) <> a.number
  AND EXISTS { (a)-[:USED]->()<-[:USED]-(next) } AND NOT EXISTS { (next)-[:REPAIRS]->() }
CALL (next, refused) { CREATE (next)-[:REPAIRS]->(refused) } IN TRANSACTIONS OF 1000 ROWS;

// What a call left that was cut says why it is not whole.
CYPHER 25
MATCH (a:Attempt)-[:YIELDED]->(r:Response {status: 'PARTIAL'}) WHERE r.note IS NULL AND a.error IS NOT NULL
CALL (a, r) { SET r.note = a.error } IN TRANSACTIONS OF 1000 ROWS;
