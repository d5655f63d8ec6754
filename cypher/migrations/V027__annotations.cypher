// An annotation is found by its id, and a message has one of each annotator. They are listed by message, by owner and by label; ratings are counted for an owner and for a conversation.
CREATE CONSTRAINT annotation_id IF NOT EXISTS FOR (n:Annotation) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT annotation_annotator IF NOT EXISTS FOR (n:Annotation) REQUIRE (n.messageId, n.annotator) IS UNIQUE;
CREATE INDEX annotation_message IF NOT EXISTS FOR (n:Annotation) ON (n.messageId, n.id);
CREATE INDEX annotation_owner IF NOT EXISTS FOR (n:Annotation) ON (n.ownerId, n.id);
CREATE INDEX annotation_label IF NOT EXISTS FOR (n:Annotation) ON (n.ownerId, n.label, n.id);
CREATE INDEX annotation_rating IF NOT EXISTS FOR (n:Annotation) ON (n.ownerId, n.rating);
CREATE INDEX annotation_conversation IF NOT EXISTS FOR (n:Annotation) ON (n.conversationId, n.rating);
