// Imports that are under way, and whose files are in this folder.
CYPHER 25
RETURN COLLECT {
  MATCH (i:Import) WHERE i.status = 'RUNNING' AND i.folder = $folder
  RETURN i {.id, .ownerId, .name, .format, .checkpoint}
} AS rows
