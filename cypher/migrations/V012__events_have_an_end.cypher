// Tasks that have events still; those of tasks that ended long ago are found by this index, and deleted.
CYPHER 25
MATCH (t:Task) WHERE t.keepsEvents IS NULL
CALL (t) { SET t.keepsEvents = true } IN TRANSACTIONS OF 10000 ROWS;
CREATE INDEX task_events IF NOT EXISTS FOR (n:Task) ON (n.keepsEvents, n.finishedAt);
