// Messages of a conversation have numbers, each its own, none above the conversation's counter.
// Of conversations in which no task is under way: the counter moves while one is.
CYPHER 25
MATCH (c:Conversation)
WHERE NOT EXISTS { (c)-[:HAS_TASK]->({unfinished: true}) }
  AND (COUNT { (c)<-[:IN_CONVERSATION]-(:Message) } <> COUNT { MATCH (c)<-[:IN_CONVERSATION]-(m:Message) WHERE m.seq IS NOT NULL RETURN DISTINCT m.seq }
    OR EXISTS { (c)<-[:IN_CONVERSATION]-(m) WHERE m.seq > c.lastSeq })
RETURN count(*) AS count, collect(c.id)[..5] AS ids
