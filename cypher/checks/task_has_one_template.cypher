// A task's prompts are filled in one template, and a template is of some task.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (n:Task|Template)
WHERE (n:Task AND COUNT { (n)-[:FILLED_IN]->(:Template) } <> 1) OR (n:Template AND NOT EXISTS { (n)<-[:FILLED_IN]-(:Task) })
RETURN count(*) AS count, collect(n.id)[..5] AS ids
