// What the model saw
CYPHER 25
// The newest call that was sent a conversation (red): its prompt, the oldest message that was sent word for word, up to 20 messages of those
// between them, and up to 8 summaries that stood for the rest. Another call: put the id of its attempt between the quotes.
MATCH (a:Attempt) WHERE a.id STARTS WITH ''
  AND EXISTS { (a)<-[:ATTEMPTED]-(:Subtask)-[:ASKED]->(:Prompt)-[:CONTINUES]->() } AND EXISTS { (a)-[:SAW]->() }
WITH a ORDER BY a.id DESC LIMIT 1
MATCH (a)<-[:ATTEMPTED]-(s:Subtask)-[:ASKED]->(p:Prompt)
MATCH saw = (a)-[how:SAW]->(x)
OPTIONAL MATCH asked = (a)<-[:ATTEMPTED]-(s)-[:ASKED]->(p)
OPTIONAL MATCH answered = (a)-[:YIELDED]->(:Response)-[:RESPONDS_TO]->(p)
OPTIONAL MATCH between = SHORTEST 1 (p)-[:CONTINUES|RESPONDS_TO]->{1,80}(x:Message)
RETURN saw, asked, answered, nodes(between)[..21] AS nearest, relationships(between)[..20] AS ties
  ORDER BY x:Message DESC LIMIT 9;
