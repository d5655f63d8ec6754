// A task has one answer at most, to its own prompt; one that succeeded has one unless none was wanted (aggregation NONE).
// Of finished tasks.
CYPHER 25
MATCH (t:Task) WHERE t.unfinished IS NULL
WITH t, COUNT { (t)-[:RESULTED_IN]->() } AS answers
WHERE answers > 1 OR answers <> COUNT { (t)-[:RESULTED_IN]->(r) WHERE EXISTS { (t)-[:ASKED]->()<-[:RESPONDS_TO]-(r) } }
  OR (answers = 0 AND t.status = 'SUCCEEDED' AND (t.aggregation <> 'NONE' OR t.strategy = 'NONE')
    AND NOT (t.strategy = 'DYNAMIC' AND t.plan CONTAINS '"aggregation":"NONE"'))
RETURN count(*) AS count, collect(t.id)[..5] AS ids
