// What the subtasks of each of these tasks did not ask because the answer was there, and what these calls had taken.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (:Task {id: id, ownerId: $ownerId})-[:HAS_SUBTASK]->(:Subtask)-[reused:REUSED]->()
RETURN id, {calls: count(*), tokens: sum(reused.tokens), costUsd: sum(reused.costUsd), priced: count(reused.costUsd)} AS saved
