// Note how far an import is, and how it ended; nothing where it is over, or is deleted.
CYPHER 25
UNWIND $batch.rows AS row
MATCH (i:Import {id: row.importId, status: 'RUNNING'})
SET i.checkpoint = row.checkpoint, i.readBytes = row.readBytes, i.format = coalesce(row.format, i.format),
  i.conversations = i.conversations + row.conversations, i.extended = i.extended + row.extended, i.known = i.known + row.known,
  i.skipped = i.skipped + row.skipped, i.messages = i.messages + row.messages,
  i.plans = coalesce(i.plans, 0) + row.plans,
  i.notices = (i.notices + row.notices)[..row.mostNotices], i.noticed = i.noticed + row.noticed,
  i.status = coalesce(row.status, i.status), i.error = row.error,
  i.finishedAt = CASE WHEN row.status IS NOT NULL THEN datetime({epochMillis: row.at}) END
RETURN collect({n: row.n, id: i.id}) AS written
