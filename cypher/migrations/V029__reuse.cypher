// What a subtask sends has a hash, by which the answer is found that was given to the same.
CREATE INDEX subtask_request IF NOT EXISTS FOR (n:Subtask) ON (n.ownerId, n.requestSha256);
CREATE INDEX subtask_reuse IF NOT EXISTS FOR (n:Subtask) ON (n.ownerId, n.reusedAt);
