// What was noted of a link or a document, in whatever conversation: its name goes with it.
CREATE INDEX change_subject IF NOT EXISTS FOR (n:Change) ON (n.subjectId);
