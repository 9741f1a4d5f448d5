// The way out: what the contract between the component's parts asks of `send` and `receive`, and what a client reaches at all.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import net from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import zlib from 'node:zlib';
import { PACKAGE, answer, certificates, client, failing, inner, list, provider, proxy, raw, user } from './support.mjs';

const { Exchange, target } = inner('exchange');
const { Route } = inner('route');
const { proxies } = inner('proxies');
const { Way } = inner('way');

const BOUNDS = { connectMs: 2000n, firstByteMs: 300n, betweenBytesMs: 300n, totalMs: 1500n, responseBytes: 1_000_000n };

/** Sends one request below the component; gives the answer, or the contract's transport-error. */
async function sent(t, url, { method = 'get', headers = [], body, bounds = {}, options = {} } = {}) {
    const route = new Route(options);
    t.after(() => route.close());
    const exchange = new Exchange(route, { ...BOUNDS, ...bounds });
    t.after(() => exchange.close());
    try {
        return { exchange, ...(await exchange.send({ method, headers, body, to: target(url) })) };
    } catch (error) {
        assert.ok(error.transport, error.stack);
        return error.transport;
    }
}

/** A port where nobody listens. */
async function nobody() {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const { port } = server.address();
    await new Promise((done) => server.close(done));
    return port;
}

test('what surely was not sent is told from what may have been', async (t) => {
    const { server } = certificates(t);
    const secure = await provider(t, () => answer(200, {}), server);
    const silent = await provider(t, () => undefined);
    const closing = await raw(t, (socket) => socket.destroy());
    const garbage = await raw(t, (socket) => socket.end('SSH-2.0-OpenSSH_9\r\n\r\n'));
    const longHead = await raw(t, (socket) => socket.end(`HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`));
    const plain = await provider(t, () => answer(200, {}));
    const body = Buffer.from('{}');
    const rows = [
        ['unknown host', 'http://no-such-host.invalid/', {}, 'dns', false],
        ['nobody listens', `http://127.0.0.1:${await nobody()}/`, {}, 'refused', false],
        ['a certificate of an unknown authority', secure.serviceUrl, {}, 'tls', false],
        ['a certificate of another name', secure.serviceUrl.replace('localhost', '127.0.0.2'), {}, 'refused', false],
        ['no TLS', plain.serviceUrl.replace('http:', 'https:'), {}, 'tls', false],
        ['no answer', silent.serviceUrl, {}, 'timeout', true],
        ['closed without an answer', closing, { method: 'post', body }, 'closed', true],
        ['no HTTP', garbage, {}, 'malformed', true],
        ['a head without end', longHead, {}, 'malformed', true],
        ['a header of the connection', plain.serviceUrl, { headers: [['Transfer-Encoding', 'chunked']] }, 'internal', false],
        ['a header with a line break', plain.serviceUrl, { headers: [['X', 'a\r\nY: b']] }, 'internal', false],
        ['a length of the caller’s', plain.serviceUrl, { headers: [['content-length', '5']] }, 'internal', false],
    ];
    for (const [name, url, given, reason, maybeSent] of rows) {
        if (name.includes('another name') && process.platform !== 'linux') continue;
        const { detail, ...rest } = await sent(t, url, given);
        assert.deepEqual(rest, { reason, maybeSent }, `${name}: ${detail}`);
    }
    assert.equal(plain.seen.length + secure.seen.length, 0, 'none of them came');
});

test('the head is the caller’s although the body breaks off', async (t) => {
    const url = await raw(t, (socket) => socket.end('HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{"id"'));
    const { status, more, exchange } = await sent(t, url);
    assert.deepEqual([status, more], [201, true]);
    await assert.rejects(exchange.receive(), (error) => error.transport.reason === 'closed' && error.transport.maybeSent);
});

test('bounds of time and size hold in the body', async (t) => {
    const drip = await raw(t, (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
        const timer = setInterval(() => socket.write('1\r\nx\r\n'), 50);
        socket.on('close', () => clearInterval(timer));
    });
    const stops = await raw(t, (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx'));
    const large = await provider(t, () => answer(200, 'x'.repeat(2_000_000)));
    const rows = [
        ['a body without end', drip, 'timeout', /went on after \d+ bytes/],
        ['a body that stops', stops, 'timeout', /stopped for longer/],
        ['a body that is too large', large.serviceUrl, 'too-large', /too large/],
    ];
    for (const [name, url, reason, words] of rows) {
        const { status, exchange } = await sent(t, url);
        assert.equal(status, 200, name);
        const error = await (async () => { while ((await exchange.receive()).length > 0); })().then(() => assert.fail(name), (error) => error);
        assert.deepEqual([error.transport.reason, error.transport.maybeSent], [reason, true], name);
        assert.match(error.transport.detail, words);
    }
});

test('a body comes in pieces, whole', async (t) => {
    const text = Array.from({ length: 70_000 }, (_, at) => `line ${at}`).join('\n');
    const { serviceUrl } = await provider(t, () => answer(200, text));
    const { exchange, body, more } = await sent(t, serviceUrl);
    assert.deepEqual([body.length, more], [256 * 1024, true]);
    const pieces = [body];
    for (;;) {
        const piece = await exchange.receive();
        if (piece.length === 0) break;
        assert.ok(piece.length <= 256 * 1024);
        pieces.push(piece);
    }
    assert.equal(Buffer.concat(pieces).toString(), text);
});

test('coded bodies are decoded within the bound', async (t) => {
    const text = JSON.stringify(user('ada'));
    const bomb = zlib.gzipSync(Buffer.alloc(50_000_000));
    const coders = { gzip: zlib.gzipSync, br: zlib.brotliCompressSync, deflate: zlib.deflateSync };
    const { serviceUrl } = await provider(t, (request) => {
        const coding = request.url.split('/').at(-1);
        if (coding === 'bomb') return answer(200, bomb, { 'content-encoding': 'gzip' });
        if (coding === 'broken') return answer(200, zlib.gzipSync(text).subarray(0, 20), { 'content-encoding': 'gzip' });
        if (coding === 'unknown') return answer(200, text, { 'content-encoding': 'rot13' });
        return answer(200, coders[coding](text), { 'content-encoding': coding });
    });
    for (const coding of Object.keys(coders)) {
        const { body, headers } = await sent(t, `${serviceUrl}/${coding}`);
        assert.equal(Buffer.from(body).toString(), text, coding);
        assert.ok(!headers.some(([name]) => ['content-encoding', 'content-length'].includes(name)));
    }
    for (const [coding, reason] of [['bomb', 'too-large'], ['broken', 'closed'], ['unknown', 'malformed']]) {
        const { exchange } = await sent(t, `${serviceUrl}/${coding}`);
        await assert.rejects((async () => { while ((await exchange.receive()).length > 0); })(), (error) => error.transport?.reason === reason || assert.fail(`${coding}: ${error.stack}`));
    }
});

test('headers are UTF-8, and a path is not resolved', async (t) => {
    const { origin, seen } = await provider(t, () => answer(200, '{}', { 'x-name': Buffer.from('Grüße').toString('latin1') }));
    const { headers } = await sent(t, `${origin}/scim/v2/Users/%2e%2e/../x?filter=a%20eq`, { headers: [['X-Name', 'Grüße']] });
    assert.deepEqual(headers.find(([name]) => name === 'x-name'), ['x-name', 'Grüße']);
    assert.equal(Buffer.from(seen[0].headers['x-name'], 'latin1').toString(), 'Grüße');
    assert.equal(seen[0].url, '/scim/v2/Users/%2e%2e/../x?filter=a%20eq');
});

test('URLs that cannot be sent are none', () => {
    for (const url of ['ftp://a.example/', 'http://user@a.example/', 'http:///x', 'http://a.example/a b', 'http://a.example\\@b.example/', 'http://a.example/#x', '/Users']) {
        assert.throws(() => target(url), (error) => error.transport.reason === 'internal' && !error.transport.maybeSent, url);
    }
    assert.deepEqual(target('https://[::1]:8443?x'), { secure: true, host: '::1', port: 8443, path: '/?x', origin: 'https://[::1]:8443', authority: '[::1]:8443' });
});

test('a client reaches the origins of its connection and no others', async (t) => {
    const other = await provider(t, () => answer(200, user('ada')));
    for (const status of [301, 302, 303, 307, 308]) {
        const { serviceUrl, seen } = await provider(t, () => answer(status, '', { location: `${other.serviceUrl}/Users/ada` }));
        await client(t, serviceUrl).getUser({ id: 'ada' }).then(() => assert.fail('followed'), () => {});
        assert.ok(seen.length >= 1);
    }
    assert.equal(other.seen.length, 0);

    const way = new Way({});
    t.after(() => way.close());
    way.allow({ serviceUrl: 'https://a.example/scim', auth: { type: 'clientCredentials', tokenUrl: 'https://login.example/token' } });
    for (const url of [`${other.origin}/`, 'https://a.example:444/scim', 'http://a.example/scim', 'https://a.example.evil.example/']) {
        await assert.rejects(way.ofACall().send({ method: 'get', url, headers: [], bounds: BOUNDS }), (error) => error.transport.reason === 'denied' && !error.transport.maybeSent, url);
    }
    assert.equal(other.seen.length, 0);
});

test('a private authority is trusted where it is named', async (t) => {
    const { ca, file, server } = certificates(t);
    const { serviceUrl, seen } = await provider(t, () => answer(200, user('ada')), server);
    const error = await failing(client(t, serviceUrl).getUser({ id: 'ada' }), 'configuration');
    assert.match(error.message, /certificate/);
    assert.equal(error.maybeApplied, false);
    assert.equal((await client(t, serviceUrl, {}, { ca }).getUser({ id: 'ada' })).id, 'ada');
    assert.equal(seen.length, 1);
    // Its own certificate besides NODE_EXTRA_CA_CERTS, and not instead of it.
    const script = `
        const { ScimClient } = require(${JSON.stringify(join(PACKAGE, 'lib/index.js'))});
        const options = process.argv[1] === 'more' ? { ca: require('fs').readFileSync(${JSON.stringify(file)}) } : {};
        const client = new ScimClient({ serviceUrl: ${JSON.stringify(serviceUrl)}, auth: { type: 'none' } }, options);
        client.getUser({ id: 'ada' }).then(({ id }) => console.log(id), (error) => console.log(error.kind));`;
    const run = (environment, word) => new Promise((done) => {
        const child = spawn(process.execPath, ['-e', script, word], { env: { ...process.env, ...environment } });
        let text = '';
        child.stdout.on('data', (chunk) => { text += chunk; });
        child.on('close', () => done(text.trim()));
    });
    assert.equal(await run({ NODE_EXTRA_CA_CERTS: file }, ''), 'ada');
    assert.equal(await run({ NODE_EXTRA_CA_CERTS: file }, 'more'), 'ada');
    // The variable by which Node trusts everybody counts for nothing here.
    assert.equal(await run({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, ''), 'configuration');
});

test('a connection over TLS is kept from call to call', async (t) => {
    const { ca, server } = certificates(t);
    const { serviceUrl, seen } = await provider(t, () => answer(200, user('ada')), server);
    const scim = client(t, serviceUrl, {}, { ca });
    for (let call = 0; call < 3; call += 1) await scim.getUser({ id: 'ada' });
    assert.equal(new Set(seen.map(({ port }) => port)).size, 1);
});

test('a certificate of the client’s own', async (t) => {
    const { ca, server } = certificates(t);
    const { serviceUrl, seen } = await provider(t, (request) => answer(200, user(request.socket.authorized ? 'known' : 'unknown')), { ...server, ca, requestCert: true, rejectUnauthorized: true });
    // Any certificate of the authority will do.
    const { cert, key } = server;
    assert.equal((await client(t, serviceUrl, {}, { ca, cert, key }).getUser({ id: 'known' })).id, 'known');
    const error = await failing(client(t, serviceUrl, {}, { ca }).createUser({ payload: { userName: 'ada' } }), 'configuration');
    assert.equal(error.maybeApplied, false, error.message);
    assert.equal(seen.length, 1);
});

test('over a proxy: TLS in a tunnel, plain requests whole', async (t) => {
    const { ca, server } = certificates(t);
    const secure = await provider(t, () => answer(200, user('ada')), server);
    const plain = await provider(t, () => answer(200, user('bob')));
    const through = await proxy(t);
    const url = through.url.replace('//', '//someone:p%40ss@');
    const expected = `Basic ${Buffer.from('someone:p@ss').toString('base64')}`;

    const first = client(t, secure.serviceUrl, {}, { ca, proxy: url });
    for (let call = 0; call < 2; call += 1) assert.equal((await first.getUser({ id: 'ada' })).id, 'ada');
    assert.deepEqual(through.seen.map(({ method, url, headers }) => [method, url, headers['proxy-authorization']]), [['CONNECT', `localhost:${secure.port}`, expected]]);
    assert.equal(secure.seen[0].headers['proxy-authorization'], undefined);

    assert.equal((await client(t, plain.serviceUrl, {}, { proxy: new URL(url) }).getUser({ id: 'bob' })).id, 'bob');
    assert.deepEqual([through.seen[1].method, through.seen[1].url, through.seen[1].headers['proxy-authorization']], ['GET', `${plain.serviceUrl}/Users/bob`, expected]);
});

test('a proxy that opens no tunnel: nothing was sent, and its password is not told', async (t) => {
    const { ca, server } = certificates(t);
    const { serviceUrl, seen } = await provider(t, () => answer(201, user('ada')), server);
    for (const [status, kind] of [[407, 'configuration'], [502, 'unavailable']]) {
        const { url } = await proxy(t, { status });
        const scim = client(t, serviceUrl, {}, { ca, proxy: url.replace('//', '//someone:hunter2@') });
        const error = await failing(scim.createUser({ payload: { userName: 'ada' } }), kind);
        assert.equal(error.maybeApplied, false);
        assert.ok(!JSON.stringify(error).includes('hunter2') && !error.stack.includes('hunter2'));
    }
    assert.equal(seen.length, 0);
});

test('which proxy the environment names', () => {
    const of = (environment, url) => {
        const { secure, host, port } = target(url);
        return proxies(undefined, environment)({ secure, host, port })?.host;
    };
    const env = { HTTPS_PROXY: 'http://secure.example:1', http_proxy: 'plain.example:2', NO_PROXY: 'internal.example, .corp.example,10.0.0.0/8,192.0.2.7,[2001:db8::1],x.example:8443' };
    const rows = [
        [env, 'https://a.example/', 'secure.example:1'],
        [env, 'http://a.example/', 'plain.example:2'],
        [env, 'https://internal.example/', undefined],
        [env, 'https://deep.internal.example/', undefined],
        [env, 'https://notinternal.example/', 'secure.example:1'],
        [env, 'https://a.corp.example/', undefined],
        [env, 'https://10.1.2.3/', undefined],
        [env, 'https://11.1.2.3/', 'secure.example:1'],
        [env, 'https://192.0.2.7/', undefined],
        [env, 'https://[2001:db8::1]/', undefined],
        [env, 'https://x.example:8443/', undefined],
        [env, 'https://x.example/', 'secure.example:1'],
        [env, 'http://localhost:8080/', undefined],
        [env, 'http://127.0.0.1:8080/', undefined],
        [{ ...env, NO_PROXY: '*' }, 'https://a.example/', undefined],
        [{ ALL_PROXY: 'http://all.example:3' }, 'https://a.example/', 'all.example:3'],
        [{ HTTP_PROXY: 'http://cgi.example:4', REQUEST_METHOD: 'GET' }, 'http://a.example/', undefined],
        [{}, 'https://a.example/', undefined],
    ];
    for (const [environment, url, proxy] of rows) assert.equal(of(environment, url), proxy, url);
    for (const bad of ['socks5://a.example:1', 'nonsense', 'http://']) assert.throws(() => proxies(bad), { kind: 'configuration' });
});

test('a connection that the server is about to close is not used', async (t) => {
    const { serviceUrl, seen, server } = await provider(t, () => answer(200, user('ada')));
    server.keepAliveTimeout = 1000;
    const scim = client(t, serviceUrl);
    for (const pause of [0, 1300]) {
        await sleep(pause);
        await scim.getUser({ id: 'ada' });
    }
    assert.equal(new Set(seen.map(({ port }) => port)).size, 2);
});

test('hostile answers are failures, and the next call is well', async (t) => {
    const deep = '['.repeat(100_000);
    const bodies = [deep, '{"id":', 'null', '<html></html>', '{"schemas":[],"id":7}', Buffer.from([0xff, 0xfe, 0x00])];
    const { serviceUrl } = await provider(t, (request) => {
        const at = Number(request.url.split('/').at(-1));
        return Number.isNaN(at) ? list([]) : answer(200, bodies[at]);
    });
    const scim = client(t, serviceUrl);
    await failing(scim.getUser({ id: '0' }), 'tooLarge');
    for (let at = 1; at < 4; at += 1) await failing(scim.getUser({ id: String(at) }), 'protocol');
    for (const at of [4, 5]) await scim.getUser({ id: String(at) }).catch((error) => assert.equal(error.kind, 'protocol'));
    assert.equal((await scim.listUsers()).complete, true);
});
