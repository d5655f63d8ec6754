// Find nodes by the id that they had.
CYPHER 25
CREATE CONSTRAINT being_copied FOR (n:BeingCopied) REQUIRE n.copyOf IS UNIQUE
