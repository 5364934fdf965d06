// The official packages' side of the differential test (`tests/official/`).
//
// Reads one JSON object a line: `version` and `package`, the inputs of one token, and `token`, what our library made
// of them. Writes one line for each: `token`, what the package makes of the same inputs, and `read`, what it reads out
// of ours; or `error`.

import { build005 } from './v005.mjs';
import { build006, read006 } from './v006.mjs';
import { build007, read007 } from './v007.mjs';

// The packages report a parser's failure there; standard output is for the answers.
console.log = console.error;
// Nobody reads on: a case has failed.
process.stdout.on('error', () => process.exit(1));

function answer({ version, package: name, ...input }) {
  switch (version) {
    case '005':
      return { token: build005(name, input) };
    case '006':
      return { token: build006(name, input), read: read006(name, input.token) };
    case '007': {
      const read = read007(input.token, input.app_certificate);
      const { verified } = read007(input.token, input.strange_certificate);
      return { token: build007(input), read: { ...read, verified_by_stranger: verified } };
    }
    default:
      throw new Error(`no such version: ${version}`);
  }
}

/** Lines of standard input. Not `readline`, for which U+2028 ends one, too. */
async function* lines() {
  let rest = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    const found = (rest + chunk).split('\n');
    rest = found.pop();
    yield* found;
  }
}

for await (const line of lines()) {
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
