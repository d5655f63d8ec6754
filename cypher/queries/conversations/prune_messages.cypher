// Delete messages from where a pruning is up, some hundred at once, as far as nothing that stays hangs on them; their tasks go next.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (x:Pruning {id: row.pruningId})
  MATCH (c:Conversation {id: x.conversationId})
  // This locks the conversation: what is looked at after it, another process cannot be changing.
  SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, x, c, c.lastSeq AS seq, datetime({epochMillis: row.at}) AS at
  // While tasks go, their answers may still be there.
  WHERE EXISTS { (x)-[:PRUNES]->() } AND NOT EXISTS { (x)-[:DISMANTLES]->() }
  WITH *, COLLECT {
    MATCH (x) ((below)-[:PRUNES|CONTINUES|RESPONDS_TO]->(m) WHERE NOT EXISTS { (m)<-[:HEAD]-() }
      AND NOT EXISTS { (m)<-[:CONTINUES|RESPONDS_TO]-(k) WHERE k <> below AND NOT EXISTS {
        (k)<-[:RESULTED_IN|YIELDED|HAD_RUN|ATTEMPTED|HAS_SUBTASK*1..3]-(t:Task)
        WHERE EXISTS { (below)<-[:RESULTED_IN|YIELDED|HAD_RUN|ATTEMPTED|HAS_SUBTASK*1..3]-(t) } }
        // What came of an answer that was cut is on no branch: it goes with its prompt.
        AND NOT EXISTS { (k)<-[:YIELDED]-(:Attempt)<-[:ATTEMPTED]-(:Subtask)<-[:HAS_SUBTASK]-(cut:Task)-[:ASKED]->(m)
        WHERE cut.unfinished IS NULL AND NOT EXISTS { (k)<-[:RESULTED_IN|CONTINUES|HEAD]-() } } }
      AND NOT EXISTS { (m)<-[:ASKED|RESULTED_IN|YIELDED|HAD_RUN|ATTEMPTED|HAS_SUBTASK*1..3]-(t:Task)
        WHERE t.unfinished OR EXISTS { (t)<-[:AWAITS]-(:Task {unfinished: true}) } OR EXISTS {
          // What another task took over is kept as long as that one is there.
          (t)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->()-[:YIELDED]->()<-[:REUSED]-(taker:Subtask) WHERE taker.taskId <> t.id } OR EXISTS {
          (t)-[:ASKED|RESULTED_IN|YIELDED|HAD_RUN|ATTEMPTED|HAS_SUBTASK*1..3]->(k:Message)<-[:CONTINUES|HEAD]-()
          WHERE k <> m AND k <> below AND NOT EXISTS { (t)-[:ASKED]->(k) } } }){1,200} (end)
    RETURN end ORDER BY end.depth DESC LIMIT 200
  } AS gone
  // What is above is looked at next; what is kept is forgotten, and comes back when the last below it goes.
  CALL (x, gone) {
    WITH * WHERE size(gone) < 200
    MATCH (x)-[still:PRUNES]->(kept) WHERE NOT kept IN gone
    DELETE still
  }
  CALL (x, gone) {
    UNWIND gone AS m
    MATCH (m)-[:CONTINUES|RESPONDS_TO]->(above) WHERE NOT above IN gone
    MERGE (x)-[:PRUNES]->(above)
  }
  WITH *, COLLECT { UNWIND gone AS m MATCH (m)<-[:SUMMARIZES*1..9]-(s:Summary) RETURN DISTINCT s } AS summaries
  CALL (x, gone, summaries) {
    CALL (gone, summaries) {
      UNWIND gone AS m
      MATCH (m)<-[:ASKED|RESULTED_IN|YIELDED|HAD_RUN|ATTEMPTED|HAS_SUBTASK*1..3]-(t:Task)
      // Those that waited for it, and were never asked, too.
      UNWIND [t] + COLLECT { MATCH (t)<-[:AWAITS]-(held:Task) WHERE held.heldContent IS NOT NULL RETURN held } AS going
      RETURN going AS t
      UNION
      // And those that summarize any of it. What is still at work is waited for.
      WITH gone, summaries
      UNWIND gone + summaries AS n
      MATCH (n)<-[:SUMMARIZED|COVERS|HAS_SUBTASK*1..2]-(t:Task)
      RETURN t
    }
    MATCH (t)<-[place:HAS_TASK]-(c)
    MERGE (x)-[:DISMANTLES]->(t)
    WITH t, c, place WHERE t.unfinished IS NULL
    DELETE place
    CREATE (c)-[:HAD_TASK]->(t)
  }
  CALL (gone, summaries) {
    UNWIND gone + summaries AS n
    MATCH (n)<-[:OF|ON]-(x:Passage|Annotation)
    DETACH DELETE x
  }
  CALL (summaries) {
    UNWIND summaries AS s
    MATCH (s)-[:CLAIMS]->(claim:Claim)
    DETACH DELETE claim
  }
  FOREACH (s IN summaries | DETACH DELETE s)
  CALL (gone) {
    UNWIND gone AS m
    MATCH (m)<-[:REVISES]-(other:Response) WHERE NOT other IN gone
    SET other.byHand = true
  }
  WITH x, c, seq, at, gone, [m IN gone | m.id] AS ids
  CALL (x, c, seq, at, gone, ids) {
    WITH * WHERE ids <> []
    CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: seq, createdAt: at, type: 'MESSAGE',
      action: 'DELETED', ids: ids, causeKey: x.causeKey})
    CALL (gone) {
      UNWIND gone AS m
      MATCH (m)<-[:ON]-(a:Annotation)
      DETACH DELETE a
    }
    FOREACH (m IN gone | DETACH DELETE m)
  }
  RETURN seq, size(ids) AS deleted
}
RETURN collect({n: row.n, seq: seq, deleted: deleted}) AS written
