// What the package costs beside `fetch` doing the same, and beside the other ways of running the component that were tried:
//
//   node integrations/js/bench.mjs [--modules target/js] [--calls 500] [--component FILE] [--narrow FILE]
//
// `narrow` is the component over jco's own wasi:http in a worker thread; `jspi` the core in the main thread, suspended by the engine, where the
// running Node has it (Node 24: --experimental-wasm-jspi). Every way runs in a process of its own, against one server in another.
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { build, devDependency } from './build.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const SELF = fileURLToPath(import.meta.url);
const TARGET = resolve(HERE, '../../target');
const WARM_UP = 200;
const USER = JSON.stringify({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], id: 'ada', userName: 'ada@example.com', active: true,
    name: { givenName: 'Ada', familyName: 'Lovelace' }, emails: [{ value: 'ada@example.com', type: 'work', primary: true }], meta: { resourceType: 'User' },
});

const MANY = 2000;

/** The provider: one user, or a page of many, over HTTP and over HTTPS. */
async function serve() {
    const users = Array.from({ length: MANY }, (_, at) => USER.replace('"id":"ada"', `"id":"user-${at}"`));
    const page = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":${MANY},"startIndex":1,"itemsPerPage":${MANY},"Resources":[${users}]}`;
    const answer = ({ url }, response) => response.writeHead(200, { 'content-type': 'application/scim+json' }).end(url.endsWith('/ada') ? USER : page);
    const tls = { key: process.env.BENCH_KEY, cert: process.env.BENCH_CERT };
    const servers = [http.createServer(answer), https.createServer(tls, answer)];
    for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening');
    process.send(servers.map((server) => server.address().port));
}

/** The ways: each gives what calls an operation, and is timed from its first import. */
const ways = {
    fetch: async ({ url }) => (operation, { id = '' }) => fetch(`${url}/Users/${id}`, { headers: { authorization: 'Bearer x', accept: 'application/scim+json' } }).then((answer) => answer.json()),
    package: async ({ url, built }) => {
        const { ScimClient } = await import(pathToFileURL(join(built, 'lib/index.mjs')).href);
        const client = new ScimClient({ serviceUrl: url, auth: { type: 'bearer', token: 'x' } });
        return async (operation, input) => (await client.call(operation, input)).output;
    },
    narrow: async ({ url, narrow }) => {
        const worker = new Worker(SELF, { workerData: { entry: pathToFileURL(narrow).href } });
        worker.unref();
        const connection = JSON.stringify({ serviceUrl: url, auth: { type: 'bearer', token: 'x' } });
        return async (operation, input) => {
            worker.postMessage([connection, operation, JSON.stringify(input)]);
            const [outcome] = await once(worker, 'message');
            if (outcome.error) throw new Error(outcome.error);
            return JSON.parse(outcome.output);
        };
    },
    jspi: async ({ url, built, jspi }) => {
        if (!WebAssembly.promising) throw new Error('this Node has no JSPI');
        const require = createRequire(join(built, 'package.json'));
        const { Exchange, target } = require('./lib/exchange.js');
        const { Route } = require('./lib/route.js');
        const { imports } = await import(pathToFileURL(join(built, 'lib/wasi.mjs')).href);
        const { instantiate } = await import(pathToFileURL(join(jspi, 'connector.js')).href);
        const route = new Route({});
        let exchange;
        const outbound = {
            send: async (request) => {
                exchange = new Exchange(route, request.bounds);
                return exchange.send({ ...request, to: target(request.url) });
            },
            receive: () => exchange.receive(),
        };
        const outside = { ...imports({ variables: () => [], pause: () => {} }), 'scim:connector-parts/outbound': outbound };
        const module = async (name) => WebAssembly.compile(await readFile(join(jspi, name)));
        const { runtime } = await instantiate(module, outside);
        const connection = JSON.stringify({ serviceUrl: url, auth: { type: 'bearer', token: 'x' } });
        return async (operation, input) => JSON.parse((await runtime.invoke(connection, operation, JSON.stringify(input))).output);
    },
};

/** One way in this process: what it says goes to the parent. */
async function measure({ way, calls, ...given }) {
    const begin = performance.now();
    const call = await ways[way](given);
    const imported = performance.now() - begin;
    const get = () => call('getUser', { id: 'ada' });
    const got = await get();
    if (got.id !== 'ada') throw new Error('another user came');
    const first = performance.now() - begin;
    for (let count = 0; count < WARM_UP; count += 1) await get();
    const cpu = process.cpuUsage();
    const start = performance.now();
    for (let count = 0; count < calls; count += 1) await get();
    const wall = (performance.now() - start) / calls;
    const { user, system } = process.cpuUsage(cpu);
    const memory = process.memoryUsage().rss / 2 ** 20;
    // How long the event loop was held while pages of many users came.
    let held = 0;
    let last = performance.now();
    const timer = setInterval(() => { held = Math.max(held, performance.now() - last); last = performance.now(); }, 1);
    for (let count = 0; count < 5; count += 1) {
        const { Resources } = await call('listUsers', {});
        if (Resources.length !== MANY) throw new Error('not all users came');
    }
    clearInterval(timer);
    process.send({ held, imported, first, wall, cpu: (user + system) / 1000 / calls, memory });
    process.exit(0);
}

/** The other ways' files. */
async function transpiled(file, modules, options, folder) {
    const { transpileBytes, writeFiles } = await devDependency(modules, '@bytecodealliance/jco-transpile');
    await rm(folder, { recursive: true, force: true });
    const { files } = await transpileBytes(await readFile(file), { name: 'connector', minify: true, emitTypescriptDeclarations: false, noComponentErrorWrapping: false, ...options, outDir: folder });
    await mkdir(folder, { recursive: true });
    await writeFiles(files);
    await writeFile(join(folder, 'package.json'), '{"type": "module"}\n');
    return folder;
}

async function size(folder) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const sizes = await Promise.all(entries.filter((entry) => entry.isFile()).map(async (entry) => (await stat(join(entry.parentPath ?? entry.path, entry.name))).size));
    return sizes.reduce((sum, one) => sum + one, 0) / 1e6;
}

async function main() {
    const text = { type: 'string' };
    const { values } = parseArgs({ options: { modules: { ...text, default: join(TARGET, 'js') }, calls: { ...text, default: '500' }, component: text, narrow: text } });
    const modules = resolve(values.modules);
    const core = values.component ?? join(TARGET, 'scim-connector.core.wasm');
    const built = await build({ modules, component: core });
    const narrow = await transpiled(values.narrow ?? join(TARGET, 'scim-connector.narrow.wasm'), modules, {}, join(modules, 'bench-narrow'));
    const parts = 'scim:connector-parts/outbound@0.2.0';
    const asyncExports = ['scim:connector/runtime@0.2.0#invoke'];
    const suspended = { instantiation: 'async', asyncMode: 'jspi', asyncImports: [`${parts}#send`, `${parts}#receive`], asyncExports };
    const jspi = await transpiled(core, modules, suspended, join(modules, 'bench-jspi'));

    const folder = join(modules, 'bench-tls');
    await mkdir(folder, { recursive: true });
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key.pem', '-out', 'cert.pem', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], { cwd: folder, stdio: 'ignore' });
    const read = (name) => readFile(join(folder, name), 'utf8');
    const server = fork(SELF, ['serve'], { env: { ...process.env, BENCH_KEY: await read('key.pem'), BENCH_CERT: await read('cert.pem') } });
    const [[plain, secure]] = await once(server, 'message');

    const version = JSON.parse(await readFile(join(modules, 'node_modules/@bytecodealliance/jco-transpile/package.json'), 'utf8')).version;
    const [{ size: packed, unpackedSize }] = JSON.parse(execFileSync('npm', ['pack', built, '--json', '--dry-run'], { encoding: 'utf8', cwd: modules }));
    process.stdout.write(`Node ${process.version}, jco-transpile ${version}, ${values.calls} calls\n`);
    process.stdout.write(`package: ${(packed / 1e6).toFixed(2)} MB packed, ${(unpackedSize / 1e6).toFixed(2)} MB installed, no dependencies; narrow: ${(await size(narrow)).toFixed(2)} MB and preview2-shim\n`);
    process.stdout.write('way        over    import ms   first call ms   ms a call   CPU ms a call   memory MB   held ms\n');
    for (const [over, url] of [['http', `http://127.0.0.1:${plain}/scim/v2`], ['https', `https://localhost:${secure}/scim/v2`]]) {
        for (const way of Object.keys(ways)) {
            // What is bundled with jco's shim trusts no other authority.
            const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem'), BENCH: JSON.stringify({ way, url, built, jspi, narrow: join(narrow, 'connector.js'), calls: Number(values.calls) }) };
            const child = fork(SELF, ['measure'], { env, stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
            let said = '';
            child.stderr.on('data', (chunk) => { said += chunk; });
            const result = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [undefined])]);
            const row = result[0] && [result[0].imported, result[0].first, result[0].wall, result[0].cpu, result[0].memory, result[0].held];
            const shown = row ? [row[0].toFixed(0), row[1].toFixed(0), row[2].toFixed(3), row[3].toFixed(3), row[4].toFixed(0), row[5].toFixed(0)] : [`not run: ${(said.split('\n').find((line) => /^\w*Error/.test(line)) ?? 'it ended').slice(0, 100)}`];
            process.stdout.write(`${way.padEnd(10)} ${over.padEnd(7)} ${shown.map((cell, at) => cell.padStart([9, 15, 11, 15, 11, 9][at])).join(' ')}\n`);
        }
    }
    server.kill();
}

if (!isMainThread) {
    const { runtime } = await import(workerData.entry);
    parentPort.on('message', (given) => {
        try {
            parentPort.postMessage(runtime.invoke(...given));
        } catch (error) {
            parentPort.postMessage({ error: error.payload?.val?.detail ?? String(error) });
        }
    });
} else if (process.argv[2] === 'serve') await serve();
else if (process.argv[2] === 'measure') await measure(JSON.parse(process.env.BENCH));
else await main();
