// urql's graphcache keeps the tool calls of two turns apart, though a provider counts each turn's from `call_0`.
import { Client, fetchExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { buildSchema, introspectionFromSchema } from "graphql";
import { readFile } from "node:fs/promises";
import { assert, done } from "./harness.js";

const { URL, OPERATIONS, CONVERSATION } = process.env;
const query = await readFile(`${OPERATIONS}/Messages.graphql`, "utf8");
const sdl = await (await fetch(URL.replace("/graphql", "/schema.graphql"))).text();
const schema = introspectionFromSchema(buildSchema(sdl));
const objects = schema.__schema.types.filter(({ kind, name }) => kind === "OBJECT" && !name.startsWith("__"));
const withoutId = objects.filter(({ fields }) => !fields.some(({ name }) => name === "id"));
const keys = Object.fromEntries(withoutId.map(({ name }) => [name, () => null]));

const cached = new Client({
  url: URL,
  preferGetMethod: false,
  exchanges: [cacheExchange({ schema, keys, logger: (_severity, message) => assert.fail(message) }), fetchExchange],
});
const plain = new Client({ url: URL, preferGetMethod: false, exchanges: [fetchExchange] });

/** The tool calls of each turn of the conversation. */
async function calls(client, requestPolicy) {
  const { data, error } = await client.query(query, { conversationId: CONVERSATION }, { requestPolicy });
  assert.equal(error, undefined);
  const nodes = data.conversation.messages.edges.map(({ node }) => node);
  return nodes.flatMap(({ toolCalls }) => toolCalls ?? []).map(({ toolCallId, name, arguments: of }) => [toolCallId, name, of]);
}

const written = await calls(plain);
assert.deepEqual(written.map(([toolCallId, , of]) => [toolCallId, of]), JSON.parse(process.env.CALLS));
await calls(cached, "network-only");
assert.deepEqual(await calls(cached, "cache-only"), written);
done();
