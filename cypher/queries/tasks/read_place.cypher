// Whether a conversation is the owner's, whether a message is in it, and where a branch of it is.
CYPHER 25
MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})
OPTIONAL MATCH (b:Branch {id: coalesce($branchId, c.defaultBranchId, $mainBranchId)})-[:BRANCH_OF]->(c)
RETURN EXISTS { MATCH (:Message {id: $messageId})-[:IN_CONVERSATION]->(c) } AS hasParent,
  b IS NOT NULL AS hasBranch, head(COLLECT { MATCH (b)-[:HEAD]->(m:Message) RETURN m.id }) AS headId,
  COUNT { (b)<-[:HELD_FOR]-(:Task {unfinished: true}) } AS waiting
