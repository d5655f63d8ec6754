// A message, or a summary, is in one summary of contexts at most.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (x)<-[:SUMMARIZES]-(s:Summary {kind: 'STRETCH'})
WITH x, count(s) AS summaries WHERE summaries > 1
RETURN count(*) AS count, collect(x.id)[..5] AS ids
