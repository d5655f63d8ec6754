// A response was yielded by an attempt, is the answer of a task or of a run, was written by a person in place of another, or was appended to a chat that nobody asked.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (r:Response)
WHERE NOT EXISTS { (r)<-[:YIELDED|RESULTED_IN|REUSED]-() } AND NOT EXISTS { (r)-[:REVISES]->() } AND r.byHand IS NULL AND EXISTS { (r)-[:RESPONDS_TO]->()<-[:ASKED]-() }
RETURN count(*) AS count, collect(r.id)[..5] AS ids
