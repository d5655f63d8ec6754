// A service that starts asks which calls were made in the last minute: the limits of providers hold over a restart.
CREATE INDEX attempt_started IF NOT EXISTS FOR (n:Attempt) ON (n.startedAt);
