// Everything has an id and a time of creation, and is tied to something; a conversation and a kept plan may stand alone.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (n:Conversation|Message|Branch|Task|Subtask|Attempt|Model|Source|Template|Tool|Run|Strategy|Summary|Claim|Annotation|Document)
WHERE n.id IS NULL OR n.createdAt IS NULL OR (NOT n:Conversation AND NOT n:Strategy AND NOT EXISTS { (n)--() })
RETURN count(*) AS count, collect(coalesce(n.id, elementId(n)))[..5] AS ids
