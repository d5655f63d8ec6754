// Answer to its sources
CYPHER 25
// The newest answer that rests on a source: the answers that it is made of, their prompts, and what these are about, in characters. 15 ways
// of all. Another task: put its id between the quotes.
MATCH (t:Task) WHERE t.id STARTS WITH '' AND EXISTS { (t)-[:RESULTED_IN]->() } AND EXISTS { (t)-[:READS]->() }
WITH t ORDER BY t.id DESC LIMIT 1
MATCH (t)-[:RESULTED_IN]->(answer:Response)
// Where answers were combined, the combined one is tied to them, and its prompt too: one of both is enough to see.
MATCH way = (answer)
  ((one)-[step:SYNTHESIZES|RESPONDS_TO|USES]->(next)
    WHERE NOT step:USES OR NOT EXISTS { (one)<-[:RESPONDS_TO]-(:Response)-[:SYNTHESIZES]->(next) }){1,}
  (:Prompt)-[:ABOUT]->(:Source)
RETURN way LIMIT 15;
