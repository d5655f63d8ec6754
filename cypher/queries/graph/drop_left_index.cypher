// Drop what is left of a constraint that was not made, so that it can be made anew.
CYPHER 25
DROP INDEX $name IF EXISTS
