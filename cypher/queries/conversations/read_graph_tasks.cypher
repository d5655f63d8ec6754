// A page of the tasks of a conversation that were there at a number, with their runs and what they are tied to; $unfinished are those that had not ended.
CYPHER 25
MATCH (t:Task) WHERE t.conversationId = $conversationId AND t.id > $after AND t.ownerId = $ownerId
WITH t ORDER BY t.conversationId, t.id LIMIT $limit
WITH t, head(COLLECT { MATCH (e:TaskEvent) WHERE e.taskId = t.id AND e.seq >= 0
  RETURN e.seq ORDER BY e.taskId DESC, e.seq DESC LIMIT 1 }) AS newest
WITH t, CASE WHEN t.unfinished THEN null ELSE coalesce(t.endSeq, newest, 0) END AS endSeq
WITH t.id AS id, CASE WHEN t.id IN $unfinished OR endSeq <= $asOf
    OR (EXISTS { (t)-[:HAD_RUN]->() } AND EXISTS { (t)-[:ASKED]->(p) WHERE p.seq <= $asOf })
  THEN {as: 'Task', node: properties(t), endSeq: endSeq,
    out: COLLECT { MATCH (t)-[r:ASKED|RESULTED_IN|SET_ASIDE|READS|REGENERATES|WITHOUT|INSTEAD|HELD_FOR|FILLED_IN|OFFERS
        |AWAITS|INTERRUPTED|REFRESHES|REPLAYS_ATTEMPT|FOLLOWED|MADE]->(x)
      RETURN [type(r), [name IN labels(x) WHERE name <> 'Message'][0], x.id, properties(r),
        CASE WHEN x:Template|Tool THEN properties(x) END, x.conversationId, x.seq] },
    runs: COLLECT { MATCH (t)-[:HAD_RUN]->(run:Run) RETURN {as: 'Run', node: properties(run), out: COLLECT {
      MATCH (run)-[r:RESULTED_IN|LEFT]->(x)
      RETURN [type(r), [name IN labels(x) WHERE name <> 'Message'][0], x.id, properties(r), null, x.conversationId, x.seq] }} ORDER BY run.number }}
  END AS row
RETURN max(id) AS last, collect(row) AS rows
