// Where the sides of a merge disagree is found by its task.
CREATE INDEX reference_task IF NOT EXISTS FOR ()-[r:REFERENCES]-() ON (r.taskId);
