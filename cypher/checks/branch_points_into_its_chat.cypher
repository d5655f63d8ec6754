// A branch points at one message of its conversation that is no subtask's; at none only where there are no messages.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (b:Branch)-[:BRANCH_OF]->(c)
WHERE COUNT { (b)-[:HEAD]->() } <> toInteger(EXISTS { (c)-[:STARTS_WITH]->() })
  OR EXISTS { (b)-[:HEAD]->(h) WHERE NOT h:Message OR h.conversationId <> c.id
    OR EXISTS { (h)-[:DECOMPOSES]->() } OR EXISTS { (h)-[:RESPONDS_TO]->()-[:DECOMPOSES]->() } }
RETURN count(*) AS count, collect(b.id)[..5] AS ids
