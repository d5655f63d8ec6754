// Nodes are not found by the id that they had any more.
CYPHER 25
DROP CONSTRAINT being_copied IF EXISTS
