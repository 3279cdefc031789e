// Runs a file of cases in Node: cases.mjs PACKAGE FILE. Pictures are for browsers: Node has no canvas to open them with.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { run } from "./run.js";

const [folder, file] = process.argv.slice(2);
const binding = await import(pathToFileURL(`${folder}/node.js`));
const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
const answers = [];
for (const line of lines) {
  answers.push(line.split("\t")[6] === "picture" ? "no canvas" : await run(binding, line));
}
process.stdout.write(answers.map((answer) => `${answer}\n`).join(""));
