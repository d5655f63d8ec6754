import { createClient } from "graphql-ws";
import { assert, cut, done, until } from "./harness.js";

// As it comes: it sends the same request again after each cut, and nothing tells it where it was.
// What was under way when a connection was cut may come again; to begin anew would double 8 + 16 + 24 + 32 events.
const client = createClient({ url: URL_OF_SERVICE.replace("http", "ws"), retryAttempts: Infinity, shouldRetry: () => true });
const CUTS = 4;

async function ask(query, variables) {
  const body = JSON.stringify({ query, variables });
  const response = await fetch(URL_OF_SERVICE, { method: "POST", headers: { "content-type": "application/json" }, body });
  return (await response.json()).data;
}

function follow(query, variables) {
  const found = [];
  const next = ({ data }) => found.push(Object.values(data)[0].cursor);
  const ended = new Promise((complete, error) => client.subscribe({ query, variables }, { next, error, complete }));
  return { found, ended };
}

const TASK = `subscription($id: ID!, $after: String) { taskEvents(taskId: $id, after: $after) { cursor } }`;
const CHAT = `subscription($id: ID!, $after: String) { conversationEvents(conversationId: $id, after: $after) { cursor } }`;
const MAKE = `mutation($input: CreateTaskInput!) { createTask(input: $input) { task { id conversation { id } } } }`;
const SEND = `mutation($input: SendPromptInput!) { sendPrompt(input: $input) { task { id } } }`;

function assertGone(found, written) {
  assert.deepEqual([...new Set(found)], written);
  assert.ok(found.length < written.length + 80, `${found.length - written.length} came again`);
}

const list = Array.from({ length: 40 }, (_, number) => `Item ${number}.`);
const input = { instruction: "Repeat.", strategy: { builtIn: "CHUNK" }, input: { list }, config: { maxParallel: 4 } };
const { task } = (await ask(MAKE, { input })).createTask;
const chat = task.conversation.id;
const { eventsCursor } = (await ask(`query($id: ID!) { conversation(id: $id) { eventsCursor } }`, { id: chat })).conversation;

const [events, silent] = [follow(TASK, { id: task.id }), follow(CHAT, { id: chat })];
for (let number = 1; number <= CUTS; number++) {
  await until(() => events.found.length >= number * 8);
  await cut();
}
await events.ended;
const all = follow(TASK, { id: task.id });
await all.ended;
assert.ok(all.found.length >= 2 * list.length);
assertGone(events.found, all.found);

const { task: second } = (await ask(SEND, { input: { conversationId: chat, content: "After the last cut." } })).sendPrompt;
const last = follow(TASK, { id: second.id });
await last.ended;
const whole = follow(CHAT, { id: chat, after: eventsCursor });
await until(() => [silent, whole].every(({ found }) => found.includes(last.found.at(-1))));
assertGone(silent.found, whole.found.slice(whole.found.indexOf(silent.found[0])));
done();
