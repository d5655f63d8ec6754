// Answer to its sources
CYPHER 25
// The newest answer that rests on a source: the answers that it is made of, their prompts, and what these are about, in characters. Another
// task: put its id between the quotes.
MATCH (t:Task) WHERE t.id STARTS WITH '' AND EXISTS { (t)-[:RESULTED_IN]->() } AND EXISTS { (t)-[:READS]->() }
WITH t ORDER BY t.id DESC LIMIT 1
MATCH (t)-[:RESULTED_IN]->(answer:Response)
MATCH way = (answer)-[:SYNTHESIZES|RESPONDS_TO|USES]->{1,}(:Prompt)-[:ABOUT]->(:Source)
RETURN way LIMIT 50;
