// What rests on these things and goes with them: answers, what quotes them, summaries, tasks, and what those have made.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (x:Message|Task|Summary|Source|Document|Erased {id: id})
CALL (x) {
  MATCH (x)<-[:RESPONDS_TO|DECOMPOSES|USES|SYNTHESIZES|ABOUT|RESULT_OF]-(y:Message) RETURN y
  UNION
  WITH x MATCH (x)<-[:CONTINUES]-(y:Message) WHERE NOT $joins RETURN y
  UNION
  WITH x MATCH (x)<-[:SUMMARIZES|ENDS_AT|BEGINS_AT]-(y:Summary) RETURN y
  UNION
  WITH x MATCH (x)<-[:ASKED|RESULTED_IN|YIELDED|HAD_RUN|ATTEMPTED|HAS_SUBTASK|SUMMARIZED|COVERS|READS*1..3]-(y:Task) RETURN y
  UNION
  // What a task had written goes with it, but for the prompt of the chat that it answers.
  WITH x MATCH (x)-[:HAS_SUBTASK]->(:Subtask)-[:ASKED]->(y:Message) WHERE NOT EXISTS { (x)-[:ASKED]->(y) } RETURN y
  UNION
  WITH x MATCH (x)-[:HAS_SUBTASK|ATTEMPTED|YIELDED|RESULTED_IN|HAD_RUN*1..3]->(y:Response) RETURN y
  UNION
  WITH x MATCH (x)-[:ASKED]->(y:Message) WHERE x.summaryKind IS NOT NULL RETURN y
  UNION
  WITH x MATCH (x)-[:SUMMARIZED]->(y:Summary) RETURN y
  UNION
  // Of a document: what its own conversation read.
  WITH x MATCH (x)-[:HAS_VERSION]->(:Source)<-[:READS|ABOUT]-(y:Task|Message) WHERE y.conversationId = x.conversationId RETURN y
  UNION
  WITH x MATCH (x)<-[:REUSED]-(:Subtask)<-[:HAS_SUBTASK]-(y:Task) RETURN y
  UNION
  WITH x MATCH (x)<-[:AWAITS]-(y:Task) WHERE y.heldContent IS NOT NULL RETURN y
}
WITH DISTINCT y
RETURN collect({id: y.id, conversationId: y.conversationId, as: CASE WHEN y:Prompt THEN 'PROMPT' WHEN y:Response THEN 'RESPONSE'
    WHEN y:Task THEN 'TASK' ELSE 'SUMMARY' END,
  parents: COLLECT { MATCH (y)-[up:CONTINUES|RESPONDS_TO]->(p) RETURN p.id ORDER BY up.index }}) AS rows
