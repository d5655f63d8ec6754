// From a task's answer to the lines of the sources that it rests on. Before it: `:param taskId => '…'`
CYPHER 25
MATCH (:Task {id: $taskId})-[:RESULTED_IN]->(answer:Response)
MATCH (answer)-[:SYNTHESIZES|RESPONDS_TO|USES]->{1,}(:Prompt)-[about:ABOUT]->(source:Source)
WITH DISTINCT source, about.start AS start, about.end AS end ORDER BY start
RETURN source.title AS source,
       size(split(left(source.text, start), '\n')) AS line,
       substring(source.text, start, end - start) AS text
