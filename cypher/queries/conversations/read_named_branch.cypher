// The id of the branch of that name in an owner's conversation.
CYPHER 25
MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})<-[:BRANCH_OF]-(b:Branch)
WHERE b.name = $branchName
RETURN b.id AS id
