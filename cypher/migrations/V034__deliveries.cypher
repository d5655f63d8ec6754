// What arrives in a graph file is hidden until a conversation is whole: it is found by the delivery that it belongs to.
CREATE CONSTRAINT delivery_id IF NOT EXISTS FOR (n:Delivery) REQUIRE n.id IS UNIQUE;
CREATE INDEX delivery_conversation IF NOT EXISTS FOR (n:Delivery) ON (n.ownerId, n.conversationId);
CREATE INDEX delivery_age IF NOT EXISTS FOR (n:Delivery) ON (n.touchedAt);
CREATE CONSTRAINT incoming_place IF NOT EXISTS FOR (n:Incoming) REQUIRE (n.incomingTo, n.incomingAs, n.incomingId) IS UNIQUE;
// Whether messages of a conversation were deleted from between others, which its file says too.
CREATE INDEX erasure_conversation IF NOT EXISTS FOR (n:Erasure) ON (n.conversationId);
