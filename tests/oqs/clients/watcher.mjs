// A chart program that watches a folder with chokidar, as public ones do: it waits for one event,
// reads the file at once, says what it has read, and deletes it. Before, it says which files it knows.
// Arguments: the folder that holds chokidar, the folder to watch, the event, options as JSON.
import { createHash } from "node:crypto";
import { readFileSync, unlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";

const [packages, folder, event, options] = process.argv.slice(2);
const chokidar = createRequire(join(packages, "here"))("chokidar");
const say = (line) => process.stdout.write(`${line}\n`);

chokidar
  .watch(folder, { ignoreInitial: true, ...JSON.parse(options) })
  .on("ready", () => say("watching"))
  .on("add", (path) => say(JSON.stringify({ name: basename(path) })))
  .on(event, (path) => {
    if (!path.endsWith(".xml")) return;
    const sha256 = createHash("sha256").update(readFileSync(path)).digest("hex");
    unlinkSync(path);
    say(JSON.stringify({ name: basename(path), sha256 }));
  });
process.stdin.resume().on("end", () => process.exit());
setTimeout(() => process.exit(1), 60_000); // against a hang
