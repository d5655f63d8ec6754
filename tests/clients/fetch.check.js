import { assert, assertSame, cut, done, until } from "./harness.js";

assert.equal(ended.taskStatus, "SUCCEEDED");
assert.equal(ended.answer.content, "What is an antiphon?");

const pieces = [];
await showAnswer(await send("piece by piece"), (text) => pieces.push(text));
assert.deepEqual(pieces, ["piece by piece", "piece by piece"]);

const key = crypto.randomUUID();
const [once, again] = [await send("twice", undefined, key), await send("twice", undefined, key)];
assert.equal(once.task.id, again.task.id);

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
done();
