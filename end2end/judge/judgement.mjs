// How a judge is heard: one line of JSON on standard output.
import { readFileSync } from 'node:fs';

/** @param {{ version: string, findings: string[], note?: string }} judgement */
export function say(judgement) {
  console.log(JSON.stringify(judgement));
}

/** Of a package that is installed beside this file. */
export function versionOf(name) {
  return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;
}

export async function input() {
  let text = '';
  for await (const chunk of process.stdin) text += chunk;
  return text;
}
