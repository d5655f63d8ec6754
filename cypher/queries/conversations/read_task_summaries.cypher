// The summary that each of these tasks has made.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (:Task {id: id, ownerId: $ownerId})-[:SUMMARIZED]->(s:Summary)
RETURN id, s.id AS summaryId
