// Calls operations with the package for JavaScript: connection and calls on stdin, an outcome for each on stdout.
//
//   node javascript.mjs PACKAGE
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

const require = createRequire(import.meta.url);
const { ScimClient } = require(join(resolve(process.argv[2]), 'lib/index.js'));
const { connection, calls } = JSON.parse(await text(process.stdin));

const client = new ScimClient(connection, { onWarning() {} });
const outcomes = [];
for (const { operation, input } of calls) {
    const outcome = await client.call(operation, input).then(() => 'ok', (error) => error.kind ?? String(error));
    outcomes.push(outcome);
}
await client.close();
process.stdout.write(JSON.stringify(outcomes));
