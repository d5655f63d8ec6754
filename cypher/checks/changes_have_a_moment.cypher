// Each conversation has the moment of its last change, by which those who follow all of an owner's find it.
// Of all conversations: a migration marked those that were made before.
CYPHER 25
MATCH (c:Conversation)
WHERE c.changedAt IS NULL
RETURN count(*) AS count, collect(c.id)[..5] AS ids
