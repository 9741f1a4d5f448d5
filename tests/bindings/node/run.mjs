// Calls the built component from Node, through jco, on worker threads, against a SCIM provider.
//
//   node tests/bindings/node/run.mjs --component target/scim-connector.wasm --modules target/servers/node
//       --service-url http://127.0.0.1:PORT/scim/v2        environment: SCIM_TEST_BEARER, the provider's token
//
// One line a check, a closing line, exit code 1 when a check failed. tests/bindings/python/run.py makes the same checks.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { fail, listen, options } from '../../servers/common.mjs';
import { CallFailed, Connector, transpiled } from './connector.mjs';

const SLOW_MS = 600;
const WHOLE_RUN_MS = 120_000;
setTimeout(() => fail(`not done after ${WHOLE_RUN_MS} ms`), WHOLE_RUN_MS).unref();
const given = options({ component: undefined, modules: undefined, 'service-url': undefined });
const token = process.env.SCIM_TEST_BEARER;
if (!token) fail('the environment variable SCIM_TEST_BEARER is not set');

const serviceUrl = given['service-url'];
const bearer = (secret) => ({ serviceUrl, auth: { tag: 'bearer', val: secret } });
const connection = bearer({ tag: 'literal', val: token });
const wrongToken = `wrong-${randomUUID()}`;
const json = JSON.stringify({ serviceUrl, auth: { type: 'bearer', token: { env: 'SCIM_TEST_BEARER' } } });
const wrongJson = JSON.stringify({ serviceUrl, auth: { type: 'bearer', token: wrongToken } });
const userName = `node-${randomUUID()}`;
const otherName = `node-${randomUUID()}`;

const groupName = `node-${randomUUID()}`;
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ME = 'me@example.com'; // whom the provider takes the token's owner for

let passed = 0;
let failed = 0;
const say = (line) => process.stdout.write(`${line}\n`);

async function check(name, body) {
    try {
        await body();
        passed += 1;
        say(`ok - ${name}`);
    } catch (error) {
        failed += 1;
        say(`not ok - ${name}: ${error.message.split('\n').slice(0, 2).join(' ')}`);
    }
}

/** Expects a call to fail permanently with this kind; gives the failure. */
async function failure(call, kind) {
    const error = await call.then((value) => assert.fail(`succeeded with ${inspect(value)}`), (error) => error);
    assert.ok(error instanceof CallFailed, error.message);
    assert.equal(error.error.tag, 'permanent-failure');
    const { val } = error.error;
    assert.equal(val.kind.tag, kind, val.detail);
    keepsSecrets(val);
    return val;
}

/** Whatever comes back holds no secret. */
function keepsSecrets(value) {
    const text = inspect(value, { depth: null });
    assert.ok(!text.includes(token) && !text.includes(wrongToken), 'a secret in an answer');
}

const entry = await transpiled(given.component, given.modules);
const workers = [];
const start = () => {
    const worker = new Connector(entry);
    workers.push(worker);
    return worker;
};
const connector = start();
let id;
let invokedId;
let myId;
let groupId;

await check('catalog.manifest lists the operations with their schemas', async () => {
    const manifest = JSON.parse(await connector.call('catalog.manifest'));
    const names = manifest.operations.map((operation) => operation.name);
    for (const name of ['createUser', 'getUser', 'listUsers', 'patchUser', 'deleteUser']) assert.ok(names.includes(name), name);
    assert.equal(manifest.operations.find(({ name }) => name === 'createUser').input.type, 'object');
});

await check('users.createUser, typed', async () => {
    const user = await connector.call('users.createUser', connection, {
        userName,
        name: { givenName: 'Ada', familyName: 'Lovelace' },
        active: true,
        emails: [{ value: 'ada@example.com', type: 'work', primary: true }],
        enterprise: { department: 'Analysis' },
    });
    assert.equal(typeof user.id, 'string');
    assert.equal(user.userName, userName);
    assert.equal(user.name.familyName, 'Lovelace');
    assert.deepEqual([user.emails[0].value, user.emails[0].type, user.emails[0].primary], ['ada@example.com', 'work', true]);
    assert.equal(user.enterprise.department, 'Analysis');
    assert.equal(user.meta.resourceType, 'User');
    id = user.id;
});

await check('users.getUser, typed', async () => {
    const user = await connector.call('users.getUser', connection, id);
    assert.deepEqual([user.id, user.userName, user.active, user.name.givenName], [id, userName, true, 'Ada']);
    assert.equal(user.nickName, undefined, 'what is absent is undefined');
});

await check('users.getUser with a view', async () => {
    const user = await connector.call('users.getUser', connection, id, { attributes: ['userName'] });
    assert.deepEqual([user.userName, user.emails], [userName, undefined]);
});

await check('users.createUser again is a conflict', async () => {
    const val = await failure(connector.call('users.createUser', connection, { userName }), 'conflict');
    assert.deepEqual([val.status, val.scimType.tag, val.maybeApplied], [409, 'uniqueness', false]);
});

await check('users.getUser with a wrong id is not found', async () => {
    const val = await failure(connector.call('users.getUser', connection, 'no-such-id'), 'not-found');
    assert.deepEqual([val.status, val.maybeApplied], [404, false]);
});

await check('a secret from the environment', async () => {
    const user = await start().call('users.getUser', bearer({ tag: 'env', val: 'SCIM_TEST_BEARER' }), id);
    assert.equal(user.userName, userName);
});

await check('a secret from a variable that is not set', async () => {
    const val = await failure(start().call('users.getUser', bearer({ tag: 'env', val: 'SCIM_TEST_UNSET' }), id), 'configuration');
    assert.match(val.detail, /SCIM_TEST_UNSET/);
});

await check('a wrong token is a failure of authentication', async () => {
    const val = await failure(start().call('users.getUser', bearer({ tag: 'literal', val: wrongToken }), id), 'authentication');
    assert.equal(val.status, 401);
});

await check('users.listUsers with a filter, typed', async () => {
    const page = await connector.call('users.listUsers', connection, { filter: `userName eq "${userName}"`, count: 10 });
    assert.deepEqual(page.resources.map((user) => user.id), [id]);
    assert.deepEqual([page.totalResults, page.next, page.complete], [1n, undefined, true]);
});

await check('users.patchUser, typed', async () => {
    const operations = [{ op: 'replace', path: 'active', value: 'false' }];
    const user = await connector.call('users.patchUser', connection, id, operations, undefined, { readBack: true });
    assert.equal(user.active, false);
});

await check('bulk.bulk, typed', async () => {
    const operation = { method: 'post', path: '/Users', bulkId: 'me', data: JSON.stringify({ schemas: [USER], userName: ME }) };
    const report = await connector.call('bulk.bulk', connection, [operation], { failOnErrors: 1 });
    assert.deepEqual([report.succeeded, report.failed, report.results.length], [1, 0, 1], inspect(report, { depth: null }));
    const [{ index, method, bulkId, status, failure }] = report.results;
    assert.deepEqual([index, method, bulkId, status, failure], [0, 'post', 'me', 201, undefined]);
});

await check('me.getMe, typed', async () => {
    const user = await connector.call('me.getMe', connection, { attributes: ['userName'] });
    assert.equal(user.userName, ME);
    myId = user.id;
});

await check('groups.createGroup and getGroup, typed', async () => {
    const group = await connector.call('groups.createGroup', connection, { displayName: groupName, members: [{ value: myId }] });
    const again = await connector.call('groups.getGroup', connection, group.id);
    assert.deepEqual([again.displayName, again.members.map(({ value }) => value)], [groupName, [myId]]);
    groupId = group.id;
});

await check('resources.listResources and deleteResource, typed', async () => {
    const target = { tag: 'endpoint', val: '/Groups' };
    const page = await connector.call('resources.listResources', connection, target, { filter: `displayName eq "${groupName}"` });
    assert.deepEqual(page.resources.map((text) => JSON.parse(text).id), [groupId]);
    assert.equal(page.complete, true);
    assert.equal(await connector.call('resources.deleteResource', connection, target, groupId), undefined);
    await failure(connector.call('resources.getResource', connection, target, groupId), 'not-found');
});

await check('discovery, typed', async () => {
    const config = await connector.call('discovery.getServiceProviderConfig', connection);
    assert.deepEqual([config.patch.supported, config.patch.source], [true, 'discovered']);
    const types = await connector.call('discovery.listResourceTypes', connection);
    assert.equal(types.find(({ name }) => name === 'User')?.endpoint, '/Users');
    const schema = await connector.call('discovery.getSchema', connection, USER);
    assert.equal(schema.attributes.find(({ parent, name }) => !parent && name === 'userName')?.type, 'string');
});

await check('bulk.bulk deletes, and says what failed', async () => {
    const remove = { method: 'delete', path: `/Users/${myId}` };
    const report = await connector.call('bulk.bulk', connection, [remove, { ...remove, path: '/Users/no-such-id' }]);
    assert.deepEqual([report.succeeded, report.failed], [1, 1], inspect(report, { depth: null }));
    assert.equal(report.results[1].failure.kind.tag, 'not-found');
});

await check('runtime.invoke createUser', async () => {
    const input = { payload: { userName: otherName, emails: [{ value: 'grace@example.com' }] } };
    const outcome = await connector.call('runtime.invoke', json, 'createUser', JSON.stringify(input), { runId: 'run-1', attempt: 1 });
    const user = JSON.parse(outcome.output);
    assert.deepEqual([user.userName, user.emails[0].value], [otherName, 'grace@example.com']);
    assert.ok(outcome.requestsMade >= 1);
    assert.deepEqual(outcome.warnings, []);
    invokedId = user.id;
});

await check('runtime.invoke getUser', async () => {
    const outcome = await connector.call('runtime.invoke', json, 'getUser', JSON.stringify({ id: invokedId }));
    assert.equal(JSON.parse(outcome.output).userName, otherName);
});

await check('runtime.invoke createUser again is a conflict', async () => {
    const input = JSON.stringify({ payload: { userName: otherName } });
    const val = await failure(connector.call('runtime.invoke', json, 'createUser', input), 'conflict');
    assert.deepEqual([val.status, val.scimType.tag], [409, 'uniqueness']);
});

await check('runtime.invoke getUser with a wrong id is not found', async () => {
    await failure(connector.call('runtime.invoke', json, 'getUser', '{"id": "no-such-id"}'), 'not-found');
});

await check('runtime.invoke of an unknown operation', async () => {
    const val = await failure(connector.call('runtime.invoke', json, 'createUsr', '{}'), 'invalid-input');
    assert.match(val.detail, /createUser/, 'it suggests the operation that was meant');
});

await check('runtime.testConnection, good', async () => {
    const report = await connector.call('runtime.testConnection', json);
    assert.deepEqual(report.steps.map(({ name, status }) => `${name} ${status}`), ['reachable passed', 'authenticated passed', 'capabilities passed', 'users passed']);
    assert.deepEqual([report.ok, report.failure], [true, undefined]);
});

await check('runtime.testConnection, wrong token', async () => {
    const report = await start().call('runtime.testConnection', wrongJson);
    assert.deepEqual([report.ok, report.retryable, report.failure.kind.tag], [false, false, 'authentication']);
    keepsSecrets(report);
});

await check('users.deleteUser, typed, twice', async () => {
    assert.equal(await connector.call('users.deleteUser', connection, id), undefined);
    await failure(connector.call('users.deleteUser', connection, id), 'not-found');
    assert.equal(await connector.call('users.deleteUser', connection, id, { goneIsDone: true }), undefined);
});

await check('runtime.invoke deleteUser', async () => {
    const outcome = await connector.call('runtime.invoke', json, 'deleteUser', JSON.stringify({ id: invokedId }));
    assert.equal(JSON.parse(outcome.output), null);
});

await check('the main thread stays free while a call runs', async () => {
    // The provider is on this thread: were it blocked, the answer would never come.
    const slow = createServer(async (request, response) => {
        await sleep(SLOW_MS);
        response.writeHead(200, { 'content-type': 'application/scim+json' });
        response.end(JSON.stringify({ schemas: [USER], id: 'slow', userName: 'slow' }));
    });
    const origin = await listen(slow, 0);
    const worker = start();
    await worker.call('catalog.manifest');
    let ticks = 0;
    const timer = setInterval(() => { ticks += 1; }, 10);
    try {
        const user = await worker.call('users.getUser', { serviceUrl: origin, auth: { tag: 'none' } }, 'slow');
        assert.equal(user.userName, 'slow');
        assert.ok(ticks >= SLOW_MS / 10 / 3, `only ${ticks} ticks of 10 ms in ${SLOW_MS} ms`);
    } finally {
        clearInterval(timer);
        slow.close();
        slow.closeAllConnections();
    }
});

await check('ending a worker cancels its call', async () => {
    const silent = createServer(() => {});
    const origin = await listen(silent, 0);
    const worker = start();
    const arrived = new Promise((resolve) => { silent.once('request', () => resolve('arrived')); });
    const call = worker.call('users.getUser', { serviceUrl: origin, auth: { tag: 'none' } }, 'x');
    try {
        assert.equal(await Promise.race([arrived, call]), 'arrived');
        const begin = performance.now();
        await worker.stop();
        await assert.rejects(call, /the worker ended/);
        assert.ok(performance.now() - begin < 2000, 'it took too long');
    } finally {
        silent.close();
        silent.closeAllConnections();
    }
});

await Promise.all(workers.map((worker) => worker.stop()));
say(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
