// From the answer of a task that succeeded there is a way to what the task read.
// Of tasks that succeeded.
CYPHER 25
MATCH (t:Task {status: 'SUCCEEDED'})-[:RESULTED_IN]->(r)
WHERE EXISTS { (t)-[:READS]->() } AND (t.strategy <> 'DYNAMIC' OR t.plan CONTAINS '{{input}}')
  AND NOT EXISTS { (r) (()-[:SYNTHESIZES|RESPONDS_TO|USES]->()){1,20} (:Prompt)-[:ABOUT]->(source) WHERE EXISTS { (t)-[:READS]->(source) } }
RETURN count(*) AS count, collect(t.id)[..5] AS ids
