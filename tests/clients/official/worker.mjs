// The official packages' side of the differential test (`tests/official.rs`).
//
// Reads one JSON object a line: `package` ("agora-access-token@1.0.2", "agora-access-token@2.0.4" or
// "agora-token@2.0.6"), the inputs of one token and `token`, what our library made of them. Writes one line for each:
// `token`, what the package makes of the same inputs, and `read`, what it reads out of ours (007 also `contents`, the
// inflated bytes of both tokens in hex: theirs, ours); or `error`.

import readline from 'node:readline';

import { build006, build007, content007, read006, read007 } from './tokens.mjs';

// The packages report a parser's failure there; standard output is for the answers.
console.log = console.error;

function answer({ package: name, ...input }) {
  const [, version] = name.split('@');
  if (name.startsWith('agora-access-token@')) {
    return { token: build006(version, input), read: read006(version, input.token) };
  }
  const token = build007(input);
  const contents = [token, input.token].map((text) => content007(text).toString('hex'));
  return { token, contents, read: read007(input.token, input.app_certificate) };
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  let result;
  try {
    result = answer(JSON.parse(line));
  } catch (error) {
    result = { error: String(error) };
  }
  if (!process.stdout.write(`${JSON.stringify(result)}\n`)) {
    await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
}
