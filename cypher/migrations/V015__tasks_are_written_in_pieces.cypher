// A draft is what a task will read, before the task is there: one a task, and those that nothing became of are found by their age.
CREATE CONSTRAINT draft_id IF NOT EXISTS FOR (n:Draft) REQUIRE n.id IS UNIQUE;
CREATE INDEX draft_age IF NOT EXISTS FOR (n:Draft) ON (n.draftedAt);
