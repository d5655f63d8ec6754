// From the answer of a task that succeeded there is a way to what the task read.
// Of tasks that succeeded.
CYPHER 25
MATCH (t:Task {status: 'SUCCEEDED'})-[:RESULTED_IN]->(r)
WHERE EXISTS { (t)-[:READS]->() } AND (t.strategy <> 'DYNAMIC' OR t.plan CONTAINS '{{input}}')
  AND NOT EXISTS { (r) (()-[:SYNTHESIZES|RESPONDS_TO|USES]->()){1,20} (:Prompt)-[:ABOUT]->(source) WHERE EXISTS { (t)-[:READS]->(source) } }
  // Of what was there already, the subtask says what it is about: the same words in another text.
  AND NOT EXISTS { (t)-[:HAS_SUBTASK]->(s)-[:REUSED]->()<-[:SYNTHESIZES*0..20]-(r) WHERE EXISTS { (s) (()-[:DEPENDS_ON]->()){0,20} ()-[:COVERS]->(x) WHERE EXISTS { (t)-[:READS]->(x) } } }
RETURN count(*) AS count, collect(t.id)[..5] AS ids
