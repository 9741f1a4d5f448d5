// Calls operations with the node of Node-RED, in Node-RED itself: connection and calls on stdin, an outcome for each on stdout.
//
//   node node_red.mjs TARBALL MODULES JS          (the package, where Node-RED is installed, where the versions of Node are)
//
// Every operation has a way in over HTTP, which hands its input to the node as a whole and answers with what became of it.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { node } from '../../integrations/js/nodes.mjs';

const [tarball, modules, js] = process.argv.slice(2).map((path) => resolve(path));
const require = createRequire(join(modules, 'package.json'));
const { connection, calls } = JSON.parse(await text(process.stdin));

const probe = createServer();
await once(probe.listen(0, '127.0.0.1'), 'listening');
const { port } = probe.address();
await new Promise((done) => probe.close(done));

const rows = calls.flatMap(({ operation }, at) => [
    { id: `in${at}`, type: 'http in', z: 'flow', url: `/call/${operation}`, method: 'post', x: 0, y: 0, wires: [[`op${at}`]] },
    { id: `op${at}`, type: 'scim-operation', z: 'flow', connection: 'connection', operation, whole: 'payload', fields: {}, x: 0, y: 0, wires: [['good']] },
]);
const set = (property, value, type) => ({ t: 'set', p: property, pt: 'msg', to: value, tot: type });
const flows = [
    { id: 'flow', type: 'tab', label: 'calls' },
    { id: 'connection', type: 'scim-connection', fields: { '/serviceUrl': connection.serviceUrl, '/auth/type': connection.auth.type } },
    ...rows,
    { id: 'good', type: 'change', z: 'flow', rules: [set('payload', 'ok', 'str')], x: 0, y: 0, wires: [['out']] },
    { id: 'catch', type: 'catch', z: 'flow', scope: null, uncaught: false, x: 0, y: 0, wires: [['bad']] },
    { id: 'bad', type: 'change', z: 'flow', rules: [set('payload', 'error.cause.kind', 'msg')], x: 0, y: 0, wires: [['out']] },
    { id: 'out', type: 'http response', z: 'flow', statusCode: '200', headers: {}, x: 0, y: 0, wires: [] },
];

const folder = mkdtempSync(join(tmpdir(), 'scim-adapters-'));
let red;
try {
    const write = (name, value) => writeFileSync(join(folder, name), value, { mode: 0o600 });
    write('package.json', '{"private": true}');
    execFileSync('npm', ['install', tarball, '--offline', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    write('flows.json', JSON.stringify(flows));
    write('flows_cred.json', JSON.stringify({ connection: { token: connection.auth.token } }));
    const settings = {
        uiHost: '127.0.0.1', uiPort: port, flowFile: 'flows.json', credentialSecret: false, httpAdminRoot: false, disableEditor: true,
        telemetry: { enabled: false, updateNotification: false }, externalModules: { palette: { allowInstall: false }, modules: { allowInstall: false } },
    };
    write('settings.js', `module.exports = ${JSON.stringify(settings)};\n`);
    const given = [require.resolve('node-red/red.js'), '--userDir', folder, '--settings', join(folder, 'settings.js')];
    red = spawn(node(24, js), given, { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((done, fail) => {
        red.stdout.on('data', (chunk) => { if (/Started flows/.test(chunk)) done(); });
        red.once('exit', (code) => fail(new Error(`Node-RED ended with ${code}`)));
    });
    const outcomes = [];
    for (const { operation, input } of calls) {
        const body = JSON.stringify(input);
        const answer = await fetch(`http://127.0.0.1:${port}/call/${operation}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
        outcomes.push(await answer.text());
    }
    process.stdout.write(JSON.stringify(outcomes));
} finally {
    red?.kill();
    rmSync(folder, { recursive: true, force: true });
}
