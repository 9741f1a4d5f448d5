// Builds the package, checks that what is generated from the manifest is current, and runs the tests.
//
//   node integrations/js/test.mjs [--modules target/js] [--node 24 ...] [--only WORD] [--component FILE]
//
// Each `--node` is a version that is installed below `--modules` and tests the package too; the running one always does. The servers of
// tests/servers must be installed. Exit code 1 where something failed.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { node } from './nodes.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, '../..');

const { values } = parseArgs({
    options: { modules: { type: 'string', default: join(ROOT, 'target/js') }, node: { type: 'string', multiple: true, default: [] }, only: { type: 'string' }, component: { type: 'string' } },
});
const modules = resolve(values.modules);
const run = (command, given, options = {}) => spawnSync(command, given, { stdio: 'inherit', ...options }).status === 0;
const fail = (why) => {
    process.stderr.write(`${why}\n`);
    process.exit(1);
};

if (!existsSync(join(modules, 'node_modules'))) {
    fail(`nothing is installed in ${modules}: run python3 tests/servers/install.py --node ${values.modules} integrations/js`);
}
const built = await build({ modules, component: values.component });
if (!run(process.execPath, [join(HERE, 'generate.mjs'), '--check', '--package', built])) process.exit(1);

const files = readdirSync(join(HERE, 'test')).filter((name) => name.endsWith('.test.mjs') && name.includes(values.only ?? '')).map((name) => join(HERE, 'test', name));
let good = true;
for (const program of [process.execPath, ...values.node.map((version) => node(version, modules))]) {
    process.stdout.write(`# ${spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout}`);
    // A proxy of this machine's is not for the servers of the tests.
    const env = { ...process.env, SCIM_PACKAGE: built, SCIM_MODULES: modules };
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy', 'NODE_EXTRA_CA_CERTS']) delete env[name];
    good = run(program, ['--test', '--test-reporter=dot', '--test-timeout=60000', ...files], { env }) && good;
}
process.exit(good ? 0 : 1);
