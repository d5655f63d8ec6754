// Branches of the owner with what they point at, and whether an answer is still awaited there.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (b:Branch {id: id})-[:BRANCH_OF]->(c:Conversation {ownerId: $ownerId})
OPTIONAL MATCH (b)-[:HEAD]->(head:Message)
RETURN id, b {.name, conversationId: c.id, headId: head.id,
  isBusy: EXISTS { MATCH (head)<-[:ASKED]-(:Task {unfinished: true}) }} AS place
