// Fan-out, synthesis
CYPHER 25
// The newest task that asked in parts: its answer in the middle, around it the answers of 16 parts, and the prompts of these. Red is a call
// that failed: up to 3 of the parts had one. Another task: put its id between the quotes.
MATCH (t:Task) WHERE t.id STARTS WITH '' AND COUNT { (t)-[:HAS_SUBTASK]->() } > 1
WITH t ORDER BY t.id DESC LIMIT 1
MATCH (t)-[:HAS_SUBTASK]->(s:Subtask)
WHERE s.kind <> 'reduce'
WITH t, s, EXISTS { (s)-[:ATTEMPTED]->(a:Attempt) WHERE NOT a.status IN ['SUCCEEDED', 'RUNNING'] } AS hadFailure ORDER BY s.index
WITH t, collect(CASE WHEN hadFailure THEN s END)[..3] AS failing, collect(CASE WHEN NOT hadFailure THEN s END) AS others
UNWIND failing + others[..16 - size(failing)] AS s
OPTIONAL MATCH (s)-[:ASKED]->(p:Prompt)
OPTIONAL MATCH answered = (p)<-[:RESPONDS_TO]-(part:Response)
OPTIONAL MATCH synthesis = (part)<-[:SYNTHESIZES]-{1,4}(:Response)<-[:RESULTED_IN]-(t)
// As long as there is no answer, the task's prompt is in the middle.
OPTIONAL MATCH up = (p)-[:DECOMPOSES]->(:Prompt)<-[:ASKED]-(t) WHERE NOT EXISTS { (t)-[:RESULTED_IN]->() }
OPTIONAL MATCH failed = (t)-[:HAS_SUBTASK]->(s)-[:ATTEMPTED]->(a:Attempt) WHERE NOT a.status IN ['SUCCEEDED', 'RUNNING']
RETURN t, p, answered, synthesis, up, failed LIMIT 200;
