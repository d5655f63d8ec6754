// What these passages are of, where it is what the filter wants: the turn that each is in, or the summary or source.
CYPHER 25
RETURN COLLECT {
  UNWIND $batch.ids AS id
  MATCH (p:Passage {id: id})-[:OF]->(n)
  // What is being deleted has lost its label, or its conversation has.
  WHERE p.ownerId = $ownerId AND (n:Source OR (n:Message|Summary AND EXISTS { MATCH (:Conversation {id: n.conversationId}) }))
    AND ($filter.from IS NULL OR n.createdAt >= datetime({epochMillis: $filter.from}))
    AND ($filter.until IS NULL OR n.createdAt < datetime({epochMillis: $filter.until}))
    AND ($filter.conversationId IS NULL OR p.conversationId = $filter.conversationId OR EXISTS {
      (n)<-[:READS]-(:Task {conversationId: $filter.conversationId}) })
  OPTIONAL MATCH (n:Response)-[:RESPONDS_TO]->(asked:Prompt)
  WITH p, n, CASE WHEN n:Prompt THEN n ELSE asked END AS prompt
  WHERE ($filter.model IS NULL OR EXISTS {
      MATCH (prompt)<-[:RESPONDS_TO]-(r:Response)<-[:YIELDED]-(:Attempt)-[:USED]->(:Model {id: $filter.model})
      WHERE r = n OR n:Prompt })
    AND ($filter.taskType IS NULL OR EXISTS {
      (prompt)<-[:ASKED]-()<-[:HAS_SUBTASK]-{0,1}(t:Task) WHERE t.type = $filter.taskType } OR EXISTS {
      (n)<-[:SUMMARIZED|READS]-(t:Task) WHERE t.type = $filter.taskType })
    AND ($filter.annotation IS NULL OR EXISTS {
      MATCH (prompt)<-[:RESPONDS_TO]-{0,1}(x)<-[:ON]-(a:Annotation)
      WHERE ($filter.annotation.label IS NULL OR a.label = $filter.annotation.label)
        AND ($filter.annotation.annotator IS NULL OR a.annotator = $filter.annotation.annotator)
        AND ($filter.annotation.minRating IS NULL OR a.rating >= $filter.annotation.minRating)
        AND ($filter.annotation.maxRating IS NULL OR a.rating <= $filter.annotation.maxRating)
        AND (x = n OR x = prompt OR n:Prompt) })
  RETURN [p.id, n.id, p.kind, p.start, prompt.id, CASE WHEN n:Response THEN n.id END,
    toLower(trim(left(prompt.content, 300))), prompt.length]
} AS rows
