// Cancelled calls end at once, whatever they were doing, and say whether something may have been carried out.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { answer, client, failing, list, provider, scim as all, user } from './support.mjs';

const SOON = 500;

/** Cancels a call once the provider has its request; gives the error, which came soon. */
async function cancelled(server, call) {
    const controller = new AbortController();
    // A listing is sent when it is awaited.
    const running = Promise.resolve(call(controller.signal));
    await once(server, 'request');
    await sleep(20);
    const begin = performance.now();
    controller.abort(new Error('no longer wanted'));
    const error = await failing(running, 'canceled');
    assert.ok(performance.now() - begin < SOON, 'it took too long');
    assert.deepEqual([error.name, error.cause.message, error.retryable], ['AbortError', 'no longer wanted', false]);
    return error;
}

test('a read that hangs, and a write that hangs', async (t) => {
    const { serviceUrl, server, seen } = await provider(t, (request) => (request.url.endsWith('/well') ? answer(200, user('well')) : undefined));
    const pool = new all.Pool({ threads: 1 });
    t.after(() => pool.close());
    const scim = client(t, serviceUrl, {}, { pool });
    const read = await cancelled(server, (signal) => scim.getUser({ id: 'x' }, { signal }));
    assert.equal(read.maybeApplied, false);
    const write = await cancelled(server, (signal) => scim.createUser({ payload: { userName: 'ada' } }, { signal }));
    assert.equal(write.maybeApplied, true);
    assert.match(write.message, /may have been carried out/);
    const search = await cancelled(server, (signal) => scim.searchUsers({ filter: 'userName eq "a"' }, { signal }));
    assert.equal(search.maybeApplied, false);
    const remove = await cancelled(server, (signal) => scim.deleteUser({ id: 'x' }, { signal }));
    assert.equal(remove.maybeApplied, true);
    // The one thread is free, and nothing was sent twice.
    assert.equal((await scim.getUser({ id: 'well' })).id, 'well');
    assert.deepEqual(seen.map(({ method }) => method), ['GET', 'POST', 'POST', 'DELETE', 'GET']);
});

test('the request is broken off', async (t) => {
    let closed;
    const { serviceUrl, server } = await provider(t, (request) => { closed = once(request.socket, 'close'); });
    await cancelled(server, (signal) => client(t, serviceUrl).getUser({ id: 'x' }, { signal }));
    await Promise.race([closed, sleep(SOON).then(() => assert.fail('the connection is still open'))]);
});

test('a pause before a repetition ends', async (t) => {
    const { serviceUrl, server, seen } = await provider(t, () => answer(503, {}, { 'retry-after': '10' }));
    const pool = new all.Pool({ threads: 1 });
    t.after(() => pool.close());
    const scim = client(t, serviceUrl, { retry: { maxAttempts: 3 } }, { pool });
    await cancelled(server, (signal) => scim.getUser({ id: 'x' }, { signal }));
    const begin = performance.now();
    await scim.getUser({ id: 'y' }, { deadlineMs: 200 }).catch(() => {});
    assert.ok(performance.now() - begin < 1500, 'the thread was held');
    assert.equal(seen.filter(({ url }) => url.endsWith('/x')).length, 1);
});

test('a write that was answered before: what was done counts', async (t) => {
    const { serviceUrl } = await provider(t, (request) => (request.method === 'POST' ? answer(201, '') : undefined));
    const controller = new AbortController();
    const running = client(t, serviceUrl).createUser({ payload: { userName: 'ada' } }, { signal: controller.signal });
    // It was created, and is being read back or looked for; or the answer was good enough, which is no failure.
    setTimeout(() => controller.abort(), 150);
    const error = await running.then(() => undefined, (error) => error);
    if (error) assert.equal(error.maybeApplied, true);
});

test('before it begins, and while it waits for a thread', async (t) => {
    const { serviceUrl, server, seen } = await provider(t, () => undefined);
    const pool = new all.Pool({ threads: 1 });
    t.after(() => pool.close());
    const scim = client(t, serviceUrl, {}, { pool });
    const before = await failing(scim.createUser({ payload: { userName: 'a' } }, { signal: AbortSignal.abort() }), 'canceled');
    assert.equal(before.maybeApplied, false);
    const first = new AbortController();
    const second = new AbortController();
    const calls = [first, second].map(({ signal }) => failing(scim.createUser({ payload: { userName: 'a' } }, { signal }), 'canceled'));
    await once(server, 'request');
    await sleep(20);
    second.abort();
    assert.equal((await calls[1]).maybeApplied, false, 'it was not sent');
    first.abort();
    assert.equal((await calls[0]).maybeApplied, true);
    assert.equal(seen.length, 1);
});

test('a connection that does not come to stand', async (t) => {
    // 192.0.2.0/24 leads nowhere; where a network refuses it at once, the call is over before.
    const controller = new AbortController();
    const running = client(t, 'https://192.0.2.1/scim').createUser({ payload: { userName: 'a' } }, { signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    const error = await running.then(() => assert.fail(), (error) => error);
    assert.ok(['canceled', 'unavailable'].includes(error.kind), error.message);
    assert.equal(error.maybeApplied, false);
});

test('AbortSignal.timeout', async (t) => {
    const { serviceUrl } = await provider(t, () => undefined);
    const error = await failing(client(t, serviceUrl).getUser({ id: 'x' }, { signal: AbortSignal.timeout(100) }), 'canceled');
    assert.equal(error.cause.name, 'TimeoutError');
});

test('a deadline is the component’s', async (t) => {
    const { serviceUrl } = await provider(t, () => undefined);
    const scim = client(t, serviceUrl);
    const read = await failing(scim.getUser({ id: 'x' }, { deadlineMs: 150 }), 'timeout');
    assert.equal(read.maybeApplied, false);
    const write = await failing(scim.createUser({ payload: { userName: 'a' } }, { deadlineMs: 150 }), 'timeout');
    assert.deepEqual([write.maybeApplied, write.retryable], [true, false]);
});

test('a signal that is kept does not gather listeners', async (t) => {
    const { serviceUrl } = await provider(t, () => list([user('a')]));
    const scim = client(t, serviceUrl);
    const { signal } = new AbortController();
    const warnings = [];
    const heard = (warning) => warnings.push(warning.name);
    process.on('warning', heard);
    t.after(() => process.off('warning', heard));
    for (let call = 0; call < 20; call += 1) await scim.listUsers({}, { signal });
    await sleep(10);
    assert.ok(!warnings.includes('MaxListenersExceededWarning'));
});
