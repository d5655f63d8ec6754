// What the tasks cost whose answers these are; an answer of no task, or whose calls have no price, is left out.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (r:Response {id: id})-[:IN_CONVERSATION]->(:Conversation {ownerId: $ownerId})
MATCH (r)<-[:RESULTED_IN]-(:Task)-[:HAS_SUBTASK]->(:Subtask)-[:ATTEMPTED]->(a:Attempt)
WITH id, sum(a.costUsd) AS cost, count(a.costUsd) AS priced WHERE priced > 0
RETURN id, cost
