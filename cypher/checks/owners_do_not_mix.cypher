// What is tied has one owner.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (a:Conversation|Message|Branch|Task|Subtask|Attempt|Model|Source|Template|Tool|Run|Strategy|Summary|Claim|Annotation|Document)-->(b) WHERE a.ownerId <> b.ownerId
RETURN count(*) AS count, collect(a.id)[..5] AS ids
