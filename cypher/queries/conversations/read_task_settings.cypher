// How each of these tasks is run, what it was told to do, and the tools that it offers.
CYPHER 25
UNWIND $batch.ids AS id
MATCH (t:Task {id: id, ownerId: $ownerId})
RETURN id, {
  settings: t {.model, .fallbackModels, .role, .maxParallel, .maxAttempts, .retrySeconds, .connectSeconds,
    .firstTokenSeconds, .totalSeconds, .temperature, .maxOutputTokens, .chunkTokens, .chunkOverlap, .aggregation,
    .aggregationNamed, .onFailure, .context, .responseFormat, .responseSchema, .budgetTokens, .budgetUsd, .deadlineSeconds,
    .maxCases, .maxSteps, .reuse},
  instruction: coalesce(t.instruction, head(COLLECT { MATCH (t)-[:ASKED]->(p:Prompt) RETURN p.content }), t.heldContent),
  tools: COLLECT {
    MATCH (t)-[o:OFFERS]->(tool:Tool) RETURN {description: o.description, parameters: o.parameters, name: tool.name}
      ORDER BY o.index
  }
} AS kept
