// What is being deleted of a conversation, so that it is gone on with after a crash.
CREATE CONSTRAINT pruning_id IF NOT EXISTS FOR (n:Pruning) REQUIRE n.id IS UNIQUE;
