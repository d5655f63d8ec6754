// A task's fan-out and synthesis
CYPHER 25
// The newest task that asked in parts: its prompt, the prompts of 40 parts, their answers, and the answer made of them. Red is a call that
// failed. Another task: put its id between the quotes.
MATCH (t:Task) WHERE t.id STARTS WITH '' AND COUNT { (t)-[:HAS_SUBTASK]->() } > 1
WITH t ORDER BY t.id DESC LIMIT 1
OPTIONAL MATCH asked = (t)-[:ASKED]->(:Prompt)
CALL (t) {
  MATCH (t)-[:HAS_SUBTASK]->(s:Subtask)-[:ASKED]->(p:Prompt)
  WHERE s.kind <> 'reduce'
  WITH t, s, p ORDER BY s.index LIMIT 40
  OPTIONAL MATCH (p)<-[:RESPONDS_TO]-(part:Response)
  OPTIONAL MATCH up = (p)-[:DECOMPOSES]->(:Prompt)
  OPTIONAL MATCH answered = (p)<-[:RESPONDS_TO]-(part)
  OPTIONAL MATCH synthesis = (part)<-[:SYNTHESIZES]-{1,4}(:Response)<-[:RESULTED_IN]-(t)
  OPTIONAL MATCH failed = (p)<-[:ASKED]-(s)-[:ATTEMPTED]->(a:Attempt WHERE NOT a.status IN ['SUCCEEDED', 'RUNNING'])
  RETURN up, answered, synthesis, failed LIMIT 300
}
RETURN asked, up, answered, synthesis, failed
