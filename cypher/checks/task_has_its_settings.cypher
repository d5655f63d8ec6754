// How a task is run is in its properties: model, aggregation, failures, format, attempts and times.
// Of whatever is there: it is written in one transaction.
CYPHER 25
MATCH (t:Task)
WHERE t.model IS NULL OR t.maxParallel IS NULL OR t.maxAttempts IS NULL OR t.retrySeconds IS NULL OR t.fallbackModels IS NULL
  OR t.connectSeconds IS NULL OR t.firstTokenSeconds IS NULL OR t.totalSeconds IS NULL
  OR NOT coalesce(t.aggregation, '') IN ['CONCAT', 'LIST', 'MERGE', 'REDUCE', 'NONE']
  OR NOT coalesce(t.onFailure, '') IN ['CONTINUE', 'FAIL_FAST']
  OR NOT coalesce(t.responseFormat, '') IN ['TEXT', 'JSON', 'JSON_SCHEMA']
  OR (t.responseFormat = 'JSON_SCHEMA') <> (t.responseSchema IS NOT NULL)
RETURN count(*) AS count, collect(t.id)[..5] AS ids
