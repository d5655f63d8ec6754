import { assert, assertAnswered, assertSame, assertSentOnce, cut, done, until } from "./harness.js";

await assertAnswered(ended, showAnswer, send);
await assertSentOnce((key) => send("twice", undefined, key));

const long = await openChat(process.env.LONG_CHAT);
assert.equal(long.messages.length, 50);
while (await older(long));
assert.equal(long.messages.length, Number(process.env.LONG_CHAT_MESSAGES));
assert.equal(long.messages[0].content, "Prompt 1.");

await until(() => chat.messages.length === 4);
await cut();
await send("after the cut", chat.id);
const written = async () => (await openChat(chat.id)).messages;
await until(async () => (await written()).length === 6);
await until(() => chat.messages.length >= 6);
assertSame(chat.messages, await written());

await assert.rejects(send("x", "nothing"), { code: "NOT_FOUND", retryable: false });
await assert.rejects(subscribe(EVENTS, { id: "nothing" }).next(), { code: "NOT_FOUND" });

const events = [];
const source = watchWithEventSource(await openChat(chat.id), (event) => events.push(event));
const added = () => events.filter(({ __typename }) => __typename === "MessageAdded").map(({ messageEdge }) => messageEdge.node);
await until(() => source.readyState === EventSource.OPEN);
await send("before the cut", chat.id);
await until(() => added().length === 2);
await cut();
await send("to EventSource", chat.id);
await until(() => added().length >= 4);
assertSame(added(), (await written()).slice(-4));
assert.equal(new Set(events.map(({ cursor }) => cursor)).size, events.length);
source.close();

// Who does not close at `complete` asks once more, from its last event on, and is answered with 204.
const query = "subscription($id: ID!) { taskEvents(taskId: $id) { cursor ... on TaskChanged { taskStatus } } }";
const ofTask = new EventSource(`${url}?${new URLSearchParams({ query, variables: JSON.stringify({ id: sent.task.id }) })}`);
const seen = [];
ofTask.addEventListener("next", ({ data, lastEventId }) => seen.push([lastEventId, JSON.parse(data).data.taskEvents]));
await until(() => ofTask.readyState === EventSource.CLOSED);
assert.deepEqual(seen.map(([id]) => id), seen.map(([, { cursor }]) => cursor));
assert.equal(new Set(seen.map(([id]) => id)).size, seen.length);
assert.equal(seen.at(-1)[1].taskStatus, "SUCCEEDED");
done();
