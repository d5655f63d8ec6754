// Give a task its last state and its answer: a response to the task's prompt, made out of its subtasks' responses.
CYPHER 25
UNWIND $batch.rows AS row
CALL (row) {
  MATCH (t:Task {id: row.taskId})<-[:HAS_TASK]-(c:Conversation)
  SET c.lastSeq = c.lastSeq + 2, c.changedAt = datetime({epochMillis: timestamp()})
  WITH row, t, c, datetime({epochMillis: row.at}) AS at
  CALL (row, t, c, at) {
    WITH * WHERE t.unfinished AND t.leaseOwner = row.leaseOwner
    // An answer that is written with this, or was before, is there unless its attempt came too late to be accepted.
      AND (row.answer IS NULL OR row.answer.content IS NOT NULL OR EXISTS { (:Message {id: row.answer.id}) })
    // A task that cannot go on leaves subtasks without a last state.
    WITH *, COLLECT {
      MATCH (t)-[:HAS_SUBTASK]->(s) WHERE s.status IN ['PENDING', 'READY', 'RUNNING'] RETURN s
    } AS left
    SET c.lastSeq = c.lastSeq + size(left), c.changedAt = datetime({epochMillis: timestamp()}), c.updatedAt = at
    WITH row, t, c, at, left, c.lastSeq AS seq
    CALL (row, t, at, left, seq) {
      UNWIND range(1, size(left)) AS i
      WITH t, at, seq - 2 - size(left) + i AS number, left[i - 1] AS s
      SET s.status = 'CANCELLED', s.error = 'The task ended before it.', s.finishedAt = at
      CREATE (:TaskEvent {createdAt: at, taskId: t.id, seq: number, type: 'SUBTASK',
        status: 'CANCELLED', subtaskId: s.id, error: s.error})
    }
    REMOVE t.unfinished, t.leaseOwner, t.leaseUntil
    SET t.status = row.status, t.error = row.error, t.errorCode = row.code, t.note = row.note, t.finishedAt = at
    CREATE (:TaskEvent {createdAt: at, taskId: t.id, conversationId: c.id, seq: seq,
      type: 'TASK', status: row.status, error: row.error, errorCode: row.code})
    WITH row, t, c, seq, at WHERE row.answer IS NOT NULL
    MATCH (t)-[:ASKED]->(p:Prompt)
    CALL (row, p, c, seq, at) {
      WITH * WHERE row.answer.content IS NOT NULL
      CREATE (r:Message:Response {id: row.answer.id, createdAt: at, content: row.answer.content, length: size(row.answer.content), status: row.answer.status,
        finishReason: 'stop', title: row.answer.title, note: row.answer.note, depth: p.depth + 1, seq: seq - 1,
        conversationId: c.id, ownerId: c.ownerId})
      CREATE (r)-[:RESPONDS_TO]->(p)
      CREATE (r)-[:IN_CONVERSATION]->(c)
    }
    WITH row, t, c, p, seq
    MATCH (r:Message {id: row.answer.id})
    // One that was there before joins the conversation now: who has read up to here is told of it.
    FOREACH (x IN CASE WHEN row.answer.content IS NULL AND NOT EXISTS { (r)<--(:Message) } THEN [r] ELSE [] END |
      SET x.seq = seq - 1)
    WITH row, t, c, p, r
    CALL (row, r) {
      UNWIND row.madeOf AS id
      MATCH (part:Message {id: id})
      MERGE (r)-[:SYNTHESIZES]->(part)
    }
    // A task that was retried may have an answer already: the new one stands beside it, and for the task.
    OPTIONAL MATCH (t)-[former:RESULTED_IN]->(before:Response)
    WITH t, c, p, r, former, before
    CREATE (t)-[:RESULTED_IN]->(r)
    DELETE former
    WITH t, c, p, r, before
    CALL (t) {
      // Answers that were accepted, and that nothing rests on.
      OPTIONAL MATCH (t)-[former:SET_ASIDE]->()
      DELETE former
      WITH DISTINCT t
      MATCH (t)-[:HAS_SUBTASK]->(:Subtask)-[:ATTEMPTED]->(:Attempt {status: 'SUCCEEDED'})-[:YIELDED]->(left:Response)
      WHERE NOT EXISTS { (left)<-[:SYNTHESIZES|USES|RESULTED_IN|MADE_FROM]-() }
      CREATE (t)-[:SET_ASIDE]->(left)
    }
    MATCH (c)<-[:BRANCH_OF]-(b:Branch)-[old:HEAD]->(head)
      // A task that asks again moves one branch at most: from the prompt, or from the answer that was not liked.
      WHERE head = before OR CASE WHEN t.movesBranch IS NULL THEN head = p
        ELSE b.id = t.movesBranch AND (head = p OR EXISTS { (t)-[:REGENERATES]->(head) }) END
    CREATE (b)-[:HEAD]->(r)
    DELETE old
    // Of a branch that does not just go down it is told, and where it was.
    WITH t, c, r, collect(CASE WHEN head <> p THEN {id: b.id, name: b.name, from: head.id} END) AS moved
    SET c.lastSeq = c.lastSeq + size(moved), c.changedAt = datetime({epochMillis: timestamp()})
    FOREACH (i IN range(1, size(moved)) |
      CREATE (:Change {conversationId: c.id, ownerId: c.ownerId, seq: c.lastSeq - size(moved) + i, createdAt: r.createdAt,
        type: 'BRANCH', action: 'MOVED', subjectId: moved[i - 1].id, name: moved[i - 1].name, formerHeadId: moved[i - 1].from,
        headSeq: r.seq, causeKey: coalesce(t.idempotencyKey, t.causeKey)}))
  }
  RETURN t.status AS status, c.lastSeq AS seq
}
RETURN collect({n: row.n, status: status, seq: seq}) AS written
