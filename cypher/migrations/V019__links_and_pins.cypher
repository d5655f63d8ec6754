// A link between two messages is found by its id, and listed from either side, oldest first, whatever else a message is linked with.
CREATE CONSTRAINT reference_id IF NOT EXISTS FOR ()-[r:REFERENCES]-() REQUIRE r.id IS UNIQUE;
CREATE INDEX reference_from IF NOT EXISTS FOR ()-[r:REFERENCES]-() ON (r.fromId, r.id);
CREATE INDEX reference_to IF NOT EXISTS FOR ()-[r:REFERENCES]-() ON (r.toId, r.id);

// Only pinned messages have this property: the index holds no others, and a message that is added costs nothing here.
CREATE INDEX message_pinned IF NOT EXISTS FOR (n:Message) ON (n.conversationId, n.pinned, n.seq);
