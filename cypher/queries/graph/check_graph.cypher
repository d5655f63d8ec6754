// Whether the database can be worked with: a server answers also for one that has stopped, or that is not there.
CYPHER 25
RETURN 1 AS ok
