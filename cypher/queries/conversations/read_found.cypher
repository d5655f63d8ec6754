// What these passages are of, where it is what the filter wants: the turn that each is in, or the summary or source.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (p:Passage {id: id})-[:OF]->(n)
WHERE p.ownerId = $ownerId AND n.createdAt >= datetime({epochMillis: $filter.from}) AND n.createdAt < datetime({epochMillis: $filter.until})
OPTIONAL MATCH (n:Response)-[:RESPONDS_TO]->(asked:Prompt)
WITH p, n, CASE WHEN n:Prompt THEN n ELSE asked END AS prompt
WHERE ($filter.model IS NULL OR EXISTS {
    MATCH (prompt)<-[:RESPONDS_TO]-(r:Response)<-[:YIELDED]-(:Attempt)-[:USED]->(:Model {id: $filter.model})
    WHERE r = n OR n:Prompt })
  AND ($filter.taskType IS NULL OR EXISTS {
    (prompt)<-[:ASKED]-()<-[:HAS_SUBTASK]-{0,1}(t:Task) WHERE t.type = $filter.taskType } OR EXISTS {
    (n)<-[:SUMMARIZED|READS]-(t:Task) WHERE t.type = $filter.taskType })
  AND ($filter.conversationId IS NULL OR p.conversationId = $filter.conversationId OR EXISTS {
    (n)<-[:READS]-(:Task {conversationId: $filter.conversationId}) })
RETURN p.id AS id, n.id AS of, p.kind AS kind, p.start AS start, p.end AS end, p.unit AS unit, p.units AS units,
  prompt.id AS promptId, CASE WHEN n:Response THEN n.id END AS responseId,
  toLower(trim(left(coalesce(prompt.content, ''), 1000))) AS asked
