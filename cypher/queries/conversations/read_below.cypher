// The messages below these ones, some way down: what each stands below, and what stands below it.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (x:Message|Erased {id: id})<-[:CONTINUES|RESPONDS_TO*1..64]-(y:Message)
WITH DISTINCT y
RETURN collect({id: y.id, as: CASE WHEN y:Prompt THEN 'PROMPT' ELSE 'RESPONSE' END, conversationId: y.conversationId,
  parents: COLLECT { MATCH (y)-[up:CONTINUES|RESPONDS_TO]->(p) RETURN p.id ORDER BY up.index },
  below: COLLECT { MATCH (y)<-[:CONTINUES|RESPONDS_TO]-(z:Message) RETURN z.id }}) AS rows
