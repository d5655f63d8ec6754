// An attempt asked the task's model, one of its fallbacks, or the subtask's own.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (t:Task)-[:HAS_SUBTASK]->(s)-[:ATTEMPTED]->(a)-[:USED]->(m)
WHERE m.id <> t.model AND NOT m.id IN t.fallbackModels AND m.id <> coalesce(s.model, '')
RETURN count(*) AS count, collect(a.id)[..5] AS ids
