// What a task cost
CYPHER 25
// The newest task that made more than one call, else the newest: by model and outcome. Another one: put its id between the quotes.
MATCH (t:Task) WHERE t.id STARTS WITH '' AND t.summaryKind IS NULL AND EXISTS { (t)-[:HAS_SUBTASK]->() }
WITH t ORDER BY t.id DESC LIMIT 1000
WITH t, COUNT { (t)-[:HAS_SUBTASK]->() } > 1 OR EXISTS { (t)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(:Attempt {number: 2}) } AS several
ORDER BY several DESC, t.id DESC LIMIT 1
MATCH (t)-[:HAS_SUBTASK]->(:Subtask)-[:ATTEMPTED]->(a:Attempt)
OPTIONAL MATCH (a)-[:USED]->(m:Model)
RETURN t.title AS task, m.id AS model, a.status AS status, coalesce(a.errorCode, '') AS code, count(*) AS calls,
       sum(a.inputTokens) AS tokensIn, sum(a.outputTokens) AS tokensOut, round(sum(a.costUsd), 6) AS usd,
       count(CASE WHEN a.costUsd IS NULL THEN 1 END) AS unpriced
ORDER BY usd DESC, calls DESC;
