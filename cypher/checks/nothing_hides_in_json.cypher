// Nothing of what older versions kept as JSON, or under other names, is left.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (n:Conversation|Task|Subtask|Response|Strategy|TaskEvent)
WHERE n.config IS NOT NULL OR n.spans IS NOT NULL OR n.uses IS NOT NULL OR n.toolCalls IS NOT NULL OR n.madeBy IS NOT NULL
  OR (n:Response AND n.metadata IS NOT NULL) OR (n:Conversation AND n.seq IS NOT NULL) OR (n:TaskEvent AND n.id IS NOT NULL)
RETURN count(*) AS count, collect(n.id)[..5] AS ids
