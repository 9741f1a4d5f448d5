// What the tests share: providers that answer as a test says, certificates, a proxy; all on the loopback address, on a free port, and gone
// when the test ends. The package under test is the one that the environment names.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The built package. */
export const PACKAGE = process.env.SCIM_PACKAGE;
assert.ok(PACKAGE, 'run node integrations/js/test.mjs');
export const scim = await import(pathToFileURL(join(PACKAGE, 'lib/index.mjs')).href);
/** A module of the package that is not exported. */
export const inner = (name) => createRequire(join(PACKAGE, 'package.json'))(`./lib/${name}.js`);
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const SECRET = 'sEcReT-token-of-the-tests';
const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** An answer as data: status, body (an object or text), headers. */
export const answer = (status, body, headers = {}) => ({ status, body, headers });
export const user = (id, more = {}) => ({ schemas: [USER], id, userName: `${id}@example.com`, meta: { resourceType: 'User' }, ...more });
export const list = (resources, more = {}) => answer(200, {
    schemas: [LIST], totalResults: resources.length, startIndex: 1, itemsPerPage: resources.length, Resources: resources, ...more,
});

/** Starts a server; gives its port and what stops it. */
async function listening(t, server) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => {
        server.close();
        server.closeAllConnections?.();
    });
    return server.address().port;
}

/**
 * A provider whose answers `handler(request, body)` gives; one that is undefined never comes. `seen` has every request.
 */
export async function provider(t, handler, tls) {
    const seen = [];
    const onRequest = async (request, response) => {
        const chunks = [];
        for await (const chunk of request) chunks.push(chunk);
        const body = Buffer.concat(chunks).toString('utf8');
        seen.push({ method: request.method, url: request.url, headers: request.headers, body, port: request.socket.remotePort });
        const made = await handler(request, body, response);
        if (made === undefined || response.headersSent) return;
        const text = typeof made.body === 'object' && !Buffer.isBuffer(made.body) ? JSON.stringify(made.body) : (made.body ?? '');
        response.writeHead(made.status, { 'content-type': 'application/scim+json', ...made.headers });
        response.end(text);
    };
    const server = tls ? https.createServer(tls, onRequest) : http.createServer(onRequest);
    const port = await listening(t, server);
    const host = tls ? 'localhost' : '127.0.0.1';
    return { seen, server, port, origin: `http${tls ? 's' : ''}://${host}:${port}`, serviceUrl: `http${tls ? 's' : ''}://${host}:${port}/scim/v2` };
}

/** A client that ends with the test. Its connection tries once and asks a provider nothing about itself unless `more` says otherwise. */
export function client(t, serviceUrl, more = {}, options = {}) {
    const made = new scim.ScimClient({ serviceUrl, auth: { type: 'bearer', token: SECRET }, retry: { maxAttempts: 1 }, ...more }, options);
    t.after(() => made.close());
    return made;
}

/** The error of a call that must fail. */
export async function failing(call, kind) {
    const error = await Promise.resolve(call).then((value) => assert.fail(`succeeded: ${JSON.stringify(value)}`), (error) => error);
    assert.ok(error instanceof scim.ScimError, error.stack);
    assert.equal(error.kind, kind, error.message);
    return error;
}

/** A private authority and certificates of it for localhost: files and their content. */
export function certificates(t) {
    const folder = mkdtempSync(join(tmpdir(), 'scim-js-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const openssl = (...given) => execFileSync('openssl', given, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=A private authority');
    openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost');
    writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
    openssl('x509', '-req', '-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names', '-out', 'server.pem');
    const read = (name) => readFileSync(join(folder, name), 'utf8');
    return { folder, file: join(folder, 'ca.pem'), ca: read('ca.pem'), server: { cert: read('server.pem'), key: read('server.key') } };
}

/** A proxy that opens tunnels and forwards; `seen` has what it was asked. */
export async function proxy(t, { status = 200 } = {}) {
    const seen = [];
    const server = http.createServer((request, response) => {
        seen.push({ method: request.method, url: request.url, headers: request.headers });
        const onward = http.request(request.url, { method: request.method, headers: request.headers }, (answer) => {
            response.writeHead(answer.statusCode, answer.rawHeaders);
            answer.pipe(response);
        });
        onward.on('error', () => response.writeHead(502).end());
        request.pipe(onward);
    });
    server.on('connect', (request, socket) => {
        seen.push({ method: request.method, url: request.url, headers: request.headers });
        if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
        const [host, port] = request.url.split(':');
        const onward = net.connect({ host, port: Number(port) }, () => {
            socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
            onward.pipe(socket).pipe(onward);
        });
        for (const end of [onward, socket]) end.on('error', () => { onward.destroy(); socket.destroy(); });
        t.after(() => onward.destroy());
    });
    const port = await listening(t, server);
    return { seen, port, url: `http://127.0.0.1:${port}` };
}

/** A server that answers with bytes as they are: whoever breaks HTTP. */
export async function raw(t, answered) {
    const server = net.createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', () => answered(socket));
        t.after(() => socket.destroy());
    });
    return `http://127.0.0.1:${await listening(t, server)}/scim/v2`;
}

/** The third-party server scimmy, from tests/servers. */
export async function scimmy(t) {
    const modules = process.env.SCIM_SERVERS ?? join(ROOT, 'target/servers/node');
    const child = spawn(process.execPath, [join(ROOT, 'tests/servers/scimmy.mjs'), '--modules', modules], {
        stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, SCIM_TEST_BEARER: SECRET },
    });
    t.after(() => child.stdin.end());
    const [line] = await once(child.stdout, 'data');
    return JSON.parse(line).serviceUrl;
}
