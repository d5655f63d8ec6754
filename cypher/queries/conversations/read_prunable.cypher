// What a pruning would delete above these ends, a page of each, and what their tasks cost; see prune_messages.
CYPHER 25
MATCH (c:Conversation {id: $conversationId, ownerId: $ownerId})
RETURN COLLECT {
  UNWIND $batch.rows AS row
  MATCH (x:Branch|Message {id: row.id}) ((below)-[:HEAD|CONTINUES|RESPONDS_TO]->(m) WHERE m.conversationId = $conversationId
      AND NOT EXISTS { (m)<-[:HEAD]-(b) WHERE b <> below AND b.id <> $branchId }
      AND NOT EXISTS { (m)<-[:CONTINUES|RESPONDS_TO]-(k) WHERE k <> below AND NOT k.id IN row.gone AND NOT EXISTS {
        (k)<-[:RESULTED_IN|YIELDED|HAD_RUN|ATTEMPTED|HAS_SUBTASK*1..3]-(t:Task)
        WHERE EXISTS { (below)<-[:RESULTED_IN|YIELDED|HAD_RUN|ATTEMPTED|HAS_SUBTASK*1..3]-(t) } }
        AND NOT EXISTS { (k)<-[:YIELDED]-(:Attempt)<-[:ATTEMPTED]-(:Subtask)<-[:HAS_SUBTASK]-(cut:Task)-[:ASKED]->(m)
        WHERE cut.unfinished IS NULL AND NOT EXISTS { (k)<-[:RESULTED_IN|CONTINUES|HEAD]-() } } }
      AND NOT EXISTS { (m)<-[:ASKED|RESULTED_IN|YIELDED|HAD_RUN|ATTEMPTED|HAS_SUBTASK*1..3]-(t:Task)
        WHERE t.unfinished OR EXISTS { (t)<-[:AWAITS]-(:Task {unfinished: true}) } OR EXISTS {
          (t)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->()-[:YIELDED]->()<-[:REUSED]-(taker:Subtask) WHERE taker.taskId <> t.id
            AND NOT EXISTS { (taker)<-[:HAS_SUBTASK]-(:Task)-[:ASKED]->(asked) WHERE asked.id IN row.gone } } OR EXISTS {
          (t)-[:ASKED|RESULTED_IN|YIELDED|HAD_RUN|ATTEMPTED|HAS_SUBTASK*1..3]->(k:Message)<-[:CONTINUES|HEAD]-(held)
          WHERE k <> m AND k <> below AND NOT k.id IN row.gone AND held.id <> $branchId AND NOT EXISTS { (t)-[:ASKED]->(k) } } }){1,200} (end)
  WITH DISTINCT end ORDER BY end.depth DESC LIMIT 200
  RETURN {id: end.id, isPrompt: end:Prompt, parents: COLLECT { MATCH (end)-[:CONTINUES|RESPONDS_TO]->(above) RETURN above.id },
    tasks: COLLECT {
      MATCH (end)<-[:ASKED|RESULTED_IN|YIELDED|HAD_RUN|ATTEMPTED|HAS_SUBTASK*1..3]-(t:Task)
      WITH DISTINCT t
      CALL (t) {
        OPTIONAL MATCH (t)-[:HAS_SUBTASK]->(:Subtask)-[:ATTEMPTED]->(a:Attempt)
        RETURN count(a) AS attempts, sum(coalesce(a.inputTokens, 0) + coalesce(a.outputTokens, 0)) AS tokens, sum(a.costUsd) AS usd
      }
      RETURN {id: t.id, attempts: attempts, tokens: tokens, usd: usd,
        prompts: COUNT { (t)-[:HAS_SUBTASK]->()-[:ASKED]->(q) WHERE EXISTS { (q)-[:DECOMPOSES]->() } },
        answers: COUNT { MATCH (t)-[:RESULTED_IN|YIELDED|HAD_RUN|ATTEMPTED|HAS_SUBTASK*1..3]->(r:Response) RETURN DISTINCT r }}
    }}
} AS rows
