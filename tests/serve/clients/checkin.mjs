// Check a patient in at desk 1, and follow it. Arguments: the address, the file of the token.
import { readFileSync } from "node:fs";

const [address, token] = process.argv.slice(2);
const headers = { authorization: `Bearer ${readFileSync(token, "utf8").trim()}`, "content-type": "application/json" };
const send = (method, path, body) => fetch(address + path, { method, headers, body: JSON.stringify(body) });
const answers = { way: "pin", pin: "1234", prescription: "paper" };
await send("PUT", "/desks/1/table", { card: "mynumber" }); // a simulated one
const events = await fetch(address + "/events?desk=1", { headers });
let text = "";
for await (const piece of events.body.pipeThrough(new TextDecoderStream())) {
  const lines = (text + piece).split("\n");
  text = lines.pop();
  for (const line of lines.filter((each) => each.startsWith("data: "))) {
    const { step, outcome, question } = JSON.parse(line.slice("data: ".length));
    const answer = question && (answers[question.name] ?? question.groups);
    if (question) await send("POST", "/desks/1/answer", { question: question.number, answer });
    console.log(step, outcome ?? "");
    if (outcome) process.exit();
  }
}
