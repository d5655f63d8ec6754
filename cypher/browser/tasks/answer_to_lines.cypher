// Answer to its lines
CYPHER 25
// What the newest answer rests on, as a table: the text of each span of a source, and the line where it begins. Another task: put its id between the quotes.
MATCH (t:Task) WHERE t.id STARTS WITH '' AND EXISTS { (t)-[:RESULTED_IN]->() } AND EXISTS { (t)-[:READS]->() }
WITH t ORDER BY t.id DESC LIMIT 1
MATCH (t)-[:RESULTED_IN]->(answer:Response)
MATCH (answer)-[:SYNTHESIZES|RESPONDS_TO|USES]->{1,}(:Prompt)-[about:ABOUT]->(source:Source)
WITH DISTINCT source, about.start AS start, about.end AS end ORDER BY source.title, start LIMIT 200
RETURN source.title AS source,
       size(split(left(source.text, start), '\n')) AS line,
       substring(source.text, start, end - start) AS text;
