// Calls and failures
CYPHER 25
// A row a call, what failed first: 200 of the newest task that made more than one call, else of the newest. Wasted is what nothing came of.
// Another task: put its id between the quotes.
MATCH (t:Task) WHERE t.id STARTS WITH '' AND t.summaryKind IS NULL AND EXISTS { (t)-[:HAS_SUBTASK]->() }
WITH t ORDER BY t.id DESC LIMIT 1000
WITH t, COUNT { (t)-[:HAS_SUBTASK]->() } > 1 OR EXISTS { (t)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(:Attempt {number: 2}) } AS several
ORDER BY several DESC, t.id DESC LIMIT 1
MATCH (t)-[:HAS_SUBTASK]->(s:Subtask)-[:ATTEMPTED]->(a:Attempt)
OPTIONAL MATCH (a)-[:USED]->(m:Model)
RETURN s.key AS subtask, a.number AS number, a.status AS status, a.errorCode AS code, m.id AS model, a.latencyMs AS ms,
       a.inputTokens AS tokensIn, a.outputTokens AS tokensOut, a.costUsd AS usd, a.status <> 'SUCCEEDED' AS wasted,
       a.error AS error, t.title AS task
ORDER BY wasted DESC, s.index, a.number LIMIT 200;
