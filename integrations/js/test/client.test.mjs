// The client: calls on a server of others, errors, tokens, turns, threads, and what never shows.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { PACKAGE, SECRET, answer, client, failing, inner, list, provider, scim as all, scimmy, user } from './support.mjs';

const { OPERATIONS } = inner('generated/operations');

test('users and groups of a third-party server', async (t) => {
    const scim = client(t, await scimmy(t));
    const report = await scim.test();
    assert.deepEqual(report.steps.map(({ name, status }) => `${name} ${status}`), ['reachable passed', 'authenticated passed', 'capabilities passed', 'users passed']);
    assert.equal(report.ok, true);

    const ada = await scim.createUser({ payload: { userName: 'ada@example.com', name: { givenName: 'Ada' }, emails: [{ value: 'ada@example.com', type: 'work' }] } });
    assert.equal((await scim.getUser({ id: ada.id })).name.givenName, 'Ada');
    const conflict = await failing(scim.createUser({ payload: { userName: 'ada@example.com' } }), 'conflict');
    assert.ok(conflict instanceof all.ConflictError);
    assert.deepEqual([conflict.name, conflict.status, conflict.scimType, conflict.maybeApplied, conflict.retryable], ['ConflictError', 409, 'uniqueness', false, false]);

    const ensured = await scim.ensureUser({ payload: { userName: 'ada@example.com', displayName: 'Ada' } });
    assert.deepEqual([ensured.outcome, ensured.user.displayName], ['updated', 'Ada']);
    await scim.patchUser({ id: ada.id, operations: [{ op: 'replace', path: 'nickName', value: 'The Enchantress' }] });
    const names = [];
    for await (const { userName, nickName } of scim.listUsers()) names.push([userName, nickName]);
    assert.deepEqual(names, [['ada@example.com', 'The Enchantress']]);

    const group = await scim.createGroup({ payload: { displayName: 'Engineering' } });
    await scim.addGroupMembers({ id: group.id, members: [ada.id] });
    assert.deepEqual((await scim.getGroup({ id: group.id })).members.map(({ value }) => value), [ada.id]);
    assert.deepEqual((await scim.choices('users')).map(({ value }) => value), [ada.id]);
    assert.ok('userName' in (await scim.schema('createUser')).properties.payload.properties);
    assert.equal((await scim.deactivateUser({ id: ada.id })).active, false);

    assert.equal(await scim.deleteUser({ id: ada.id }), null);
    const gone = await failing(scim.getUser({ id: ada.id }), 'notFound');
    assert.equal(gone.status, 404);
    assert.equal(await scim.deleteUser({ id: ada.id, goneIsDone: true }), null);
    const outcome = await scim.call('listGroups', {});
    assert.deepEqual([outcome.output.totalResults, outcome.requestsMade, outcome.next], [1, 1, undefined]);
});

test('a wrong token', async (t) => {
    const serviceUrl = await scimmy(t);
    const scim = client(t, serviceUrl, { auth: { type: 'bearer', token: 'wr0ng-token' } });
    const error = await failing(scim.listUsers(), 'authentication');
    assert.equal(error.status, 401);
    const report = await scim.test();
    assert.deepEqual([report.ok, report.failure.kind, report.failure.maybeApplied], [false, 'authentication', false]);
    assert.ok(!inspect([error, report], { depth: null }).includes('wr0ng-token'));
});

test('every operation is a method, and an unknown name is told', async (t) => {
    const scim = client(t, 'http://127.0.0.1:9/scim');
    for (const { name } of OPERATIONS) assert.equal(typeof scim[name], 'function', name);
    const error = await failing(scim.call('createUsr', {}), 'invalidInput');
    assert.match(error.message, /createUser/);
    for (const bad of [undefined, null, 7, {}]) await failing(scim.call(bad, {}), 'invalidInput');
});

test('every operation takes its example', async (t) => {
    const { serviceUrl, seen } = await provider(t, () => answer(200, user('ada')));
    const scim = client(t, serviceUrl);
    for (const { name, example } of all.manifest().operations.filter(({ available }) => available)) {
        const before = seen.length;
        // The provider's one answer does not suit every operation; what matters is that the input does.
        await Promise.resolve(scim[name](example)).catch((error) => assert.ok(!['invalidInput', 'configuration', 'internal'].includes(error.kind), `${name}: ${error.message}`));
        // A plan is made without a request.
        assert.equal(seen.length > before, name !== 'plan', `${name}: ${seen.length - before} requests`);
    }
});

test('options and connections that are wrong', async (t) => {
    const connection = { serviceUrl: 'https://a.example/scim', auth: { type: 'none' } };
    for (const options of [{ timeuot: 1 }, { pool: {} }, { ca: 'nonsense', cert: 'nonsense' }, { proxy: 'socks5://a.example' }, { key: 'sEcReT' }]) {
        assert.throws(() => new all.ScimClient(connection, options), (error) => error.kind === 'configuration' && !error.message.includes('sEcReT'), inspect(options));
    }
    for (const threads of [0, -1, 1.5, 1000, '2']) assert.throws(() => new all.Pool({ threads }), { kind: 'invalidInput' });
    await failing(client(t, 'nonsense').getUser({ id: 'a' }), 'configuration');
    await failing(client(t, 'https://a.example/scim', { servceUrl: 'x' }).getUser({ id: 'a' }), 'configuration');
});

test('secrets show nowhere', async (t) => {
    const { serviceUrl } = await provider(t, () => answer(500, { detail: `the token ${SECRET} is odd` }));
    const scim = client(t, serviceUrl);
    const errors = [await failing(scim.getUser({ id: 'a' }), 'unavailable')];
    errors.push(await failing(scim.createUser({ payload: { userName: 'a', password: 'pAsSwOrD-1' } }), 'unavailable'));
    const controller = new AbortController();
    controller.abort();
    errors.push(await failing(scim.getUser({ id: 'a' }, { signal: controller.signal }), 'canceled'));
    const shown = [scim, ...errors].flatMap((value) => [inspect(value, { depth: null, showHidden: true }), JSON.stringify(value), String(value.stack)]);
    for (const text of shown) assert.ok(!String(text).includes(SECRET) && !String(text).includes('pAsSwOrD-1'), text);
});

test('secrets of the environment: those that the connection names, and no others', async (t) => {
    const { serviceUrl, seen } = await provider(t, () => answer(200, user('ada')));
    const auth = { type: 'bearer', token: { env: 'SCIM_JS_TOKEN' } };
    const unset = await failing(client(t, serviceUrl, { auth }).getUser({ id: 'ada' }), 'configuration');
    assert.match(unset.message, /SCIM_JS_TOKEN/);
    process.env.SCIM_JS_TOKEN = 'first';
    t.after(() => { delete process.env.SCIM_JS_TOKEN; });
    const scim = client(t, serviceUrl, { auth });
    await scim.getUser({ id: 'ada' });
    process.env.SCIM_JS_TOKEN = 'second';
    await scim.getUser({ id: 'ada' });
    await failing(client(t, serviceUrl, { auth }, { environment: {} }).getUser({ id: 'ada' }), 'configuration');
    await client(t, serviceUrl, { auth }, { environment: { SCIM_JS_TOKEN: 'third' } }).getUser({ id: 'ada' });
    assert.deepEqual(seen.map(({ headers }) => headers.authorization), ['Bearer first', 'Bearer second', 'Bearer third']);
});

test('credentials that the program adds, for the service alone', async (t) => {
    const { serviceUrl, seen } = await provider(t, () => answer(200, user('ada')));
    let asked = 0;
    const scim = client(t, serviceUrl, { auth: { type: 'host' } }, { authorization: async () => `Bearer ${(asked += 1)}` });
    await scim.getUser({ id: 'ada' });
    await scim.getUser({ id: 'ada' });
    assert.deepEqual(seen.map(({ headers }) => headers.authorization), ['Bearer 1', 'Bearer 2']);
    const broken = client(t, serviceUrl, { auth: { type: 'host' } }, { authorization: () => { throw new Error('sEcReT'); } });
    const error = await failing(broken.createUser({ payload: { userName: 'a' } }), 'configuration');
    assert.ok(!error.stack.includes('sEcReT') && error.maybeApplied === false);
    assert.equal(seen.length, 2);
});

test('a token is asked for once', async (t) => {
    const { origin, seen } = await provider(t, (request) => (request.url === '/token'
        ? answer(200, { access_token: 'granted', token_type: 'Bearer', expires_in: 3600 }, { 'content-type': 'application/json' })
        : answer(200, user('ada'))));
    const scim = client(t, `${origin}/scim/v2`, { auth: { type: 'clientCredentials', tokenUrl: `${origin}/token`, clientId: 'me', clientSecret: SECRET } });
    for (let call = 0; call < 5; call += 1) await scim.getUser({ id: 'ada' });
    assert.deepEqual(seen.map(({ url }) => url), ['/token', ...Array(5).fill('/scim/v2/Users/ada')]);
    assert.equal(seen[1].headers.authorization, 'Bearer granted');
});

test('equal ensures wait for each other, over all clients; others do not', async (t) => {
    const users = [];
    let most = 0;
    let under = 0;
    const { serviceUrl, seen } = await provider(t, async (request, body) => {
        under += 1;
        most = Math.max(most, under);
        await sleep(30);
        under -= 1;
        if (request.method === 'POST' && !request.url.includes('.search')) {
            const { userName } = JSON.parse(body);
            users.push(user(`id-${users.length}`, { userName }));
            return answer(201, users.at(-1));
        }
        const wanted = decodeURIComponent(request.url).match(/userName eq "([^"]*)"/)?.[1];
        return list(users.filter(({ userName }) => userName === wanted));
    });
    const clients = [client(t, serviceUrl), client(t, serviceUrl)];
    const ensure = (scim, userName) => scim.ensureUser({ payload: { userName } });
    const results = await Promise.all([...Array(4)].map((_, at) => ensure(clients[at % 2], 'ada@example.com')));
    assert.equal(users.length, 1, 'one was created');
    assert.deepEqual(results.map(({ outcome }) => outcome).sort(), ['created', 'unchanged', 'unchanged', 'unchanged']);
    const count = seen.length;
    await Promise.all(['b', 'c', 'd'].map((name) => ensure(clients[0], `${name}@example.com`)));
    assert.ok(most >= 2, `different ones run side by side (${seen.length - count} requests)`);
    assert.equal(users.length, 4);
});

test('whoever waits for its turn can give up, and the next gets it', async () => {
    const { take } = inner('turns');
    const free = await take('service', ['a', 'b']);
    const controller = new AbortController();
    const second = take('service', ['b', 'c'], controller.signal);
    const third = take('service', ['c']);
    const fourth = take('service', ['b']);
    (await take('service', ['d']))();
    (await take('other', ['a']))();
    controller.abort();
    await assert.rejects(second, { kind: 'canceled', maybeApplied: false });
    (await third)();
    free();
    (await fourth)();
});

test('threads are bounded, and calls wait', async (t) => {
    let most = 0;
    let under = 0;
    const { serviceUrl } = await provider(t, async () => {
        most = Math.max(most, under += 1);
        await sleep(20);
        under -= 1;
        return answer(200, user('ada'));
    });
    const pool = new all.Pool({ threads: 2 });
    t.after(() => pool.close());
    const scim = client(t, serviceUrl, {}, { pool });
    await Promise.all([...Array(10)].map(() => scim.getUser({ id: 'ada' })));
    assert.equal(most, 2);
});

test('the event loop stays free', async (t) => {
    const many = [...Array(4000)].map((_, at) => user(`user-${at}`, { displayName: 'x'.repeat(500) }));
    const { serviceUrl } = await provider(t, () => list(many));
    const scim = client(t, serviceUrl);
    await scim.listUsers();
    let ticks = 0;
    const timer = setInterval(() => { ticks += 1; }, 2);
    const begin = performance.now();
    for (let call = 0; call < 3; call += 1) await scim.listUsers({ filter: 'displayName sw "x"' });
    const took = performance.now() - begin;
    clearInterval(timer);
    // Of those there could be, a tenth: this machine has other things to do. On this thread the component would leave a handful.
    assert.ok(ticks > took / 2 / 10, `${ticks} ticks of 2 ms in ${Math.round(took)} ms`);
});

test('a closed client and a closed pool take no calls', async (t) => {
    const { serviceUrl, server } = await provider(t, async () => { await sleep(50); return answer(200, user('ada')); });
    const pool = new all.Pool({ threads: 1 });
    const scim = client(t, serviceUrl, {}, { pool });
    const running = scim.getUser({ id: 'ada' });
    await scim.close();
    assert.equal((await running).id, 'ada', 'what runs, ends');
    await failing(scim.getUser({ id: 'ada' }), 'closed');
    await failing(scim.listUsers(), 'closed');
    await failing(scim.test(), 'closed');
    const other = client(t, serviceUrl, {}, { pool });
    const sent = once(server, 'request');
    const cut = failing(other.createUser({ payload: { userName: 'ada' } }), 'closed');
    const waits = failing(other.createUser({ payload: { userName: 'bob' } }), 'closed');
    await sent;
    await pool.close();
    assert.deepEqual([(await cut).maybeApplied, (await waits).maybeApplied], [true, false]);
    await failing(other.getUser({ id: 'ada' }), 'closed');
});

test('a thread that ends is replaced, and what it was sending may have been carried out', async (t) => {
    const { serviceUrl } = await provider(t, (request) => {
        if (request.method !== 'POST') return answer(200, user('ada'));
        // As a trap or a lack of memory would.
        for (const thread of [...threads]) thread.terminate();
        return undefined;
    });
    const { Worker } = await import('node:worker_threads');
    const threads = [];
    const { ref } = Worker.prototype;
    t.mock.method(Worker.prototype, 'ref', function seen() {
        threads.push(this);
        return ref.call(this);
    });
    const pool = new all.Pool({ threads: 1 });
    t.after(() => pool.close());
    const scim = client(t, serviceUrl, {}, { pool });
    const error = await failing(scim.createUser({ payload: { userName: 'ada' } }), 'internal');
    assert.deepEqual([error.maybeApplied, error.retryable], [true, false]);
    assert.equal((await scim.getUser({ id: 'ada' })).id, 'ada');
});

test('warnings reach the program', async (t) => {
    const { serviceUrl } = await provider(t, (request) => (request.method === 'GET' ? list([]) : answer(200, user('ada', { active: true }))));
    const warnings = [];
    const scim = client(t, serviceUrl, {}, { onWarning: (warning, { operation }) => warnings.push([operation, warning]) });
    await scim.updateUser({ id: 'ada', payload: { userName: 'ada@example.com', nickName: 'A' } });
    assert.equal(warnings[0][0], 'updateUser');
    assert.match(warnings[0][1], /nickName/);
});

test('a process whose calls are done ends by itself', async (t) => {
    const { serviceUrl } = await provider(t, () => answer(200, user('ada')));
    const script = `
        const { ScimClient } = require(${JSON.stringify(join(PACKAGE, 'lib/index.js'))});
        new ScimClient({ serviceUrl: ${JSON.stringify(serviceUrl)}, auth: { type: 'none' } }).getUser({ id: 'ada' }).then(({ id }) => console.log(id));`;
    const begin = performance.now();
    const child = spawn(process.execPath, ['-e', script]);
    let text = '';
    child.stdout.on('data', (chunk) => { text += chunk; });
    const code = await new Promise((done) => child.on('close', done));
    assert.deepEqual([code, text.trim()], [0, 'ada']);
    assert.ok(performance.now() - begin < 10_000, 'it was held');
});
