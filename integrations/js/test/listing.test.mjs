// Whole listings: everybody once, complete or an error at the end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, client, failing, inner, list, provider, user } from './support.mjs';

const { Digests, identity } = inner('listing');
const { fromJson } = inner('values');

/** A provider of pages: `pages` by their startIndex. */
const paged = (t, pages) => provider(t, (request) => {
    const start = new URL(request.url, 'http://a.example').searchParams.get('startIndex') ?? '1';
    return pages[start] ?? list([], { totalResults: 0 });
});
const page = (total, start, ids) => list(ids.map((id) => user(id)), { totalResults: total, startIndex: start });

async function all(listing) {
    const ids = [];
    for await (const { id } of listing) ids.push(id);
    return ids;
}

test('a listing is everybody', async (t) => {
    const { serviceUrl, seen } = await paged(t, { 1: page(5, 1, ['a', 'b']), 3: page(5, 3, ['c', 'd']), 5: page(5, 5, ['e']) });
    const scim = client(t, serviceUrl);
    assert.deepEqual(await all(scim.listUsers({ count: 2 })), ['a', 'b', 'c', 'd', 'e']);
    assert.equal(seen.length, 3);
});

test('awaited it is one page', async (t) => {
    const { serviceUrl, seen } = await paged(t, { 1: page(5, 1, ['a', 'b']) });
    const scim = client(t, serviceUrl);
    const listing = scim.listUsers({ count: 2 });
    assert.equal(seen.length, 0, 'nothing before it is awaited');
    const [first, again] = await Promise.all([listing, listing]);
    assert.deepEqual([first.Resources.map(({ id }) => id), first.totalResults, first.complete], [['a', 'b'], 5, false]);
    assert.equal(first, again);
    assert.equal(seen.length, 1, 'asked once');
});

test('whoever stands on two pages is listed once', async (t) => {
    const { serviceUrl } = await paged(t, { 1: page(3, 1, ['a', 'b']), 3: page(3, 3, ['b', 'c']), 5: page(3, 5, []) });
    const scim = client(t, serviceUrl);
    const pages = [];
    try {
        for await (const { resources, complete } of scim.listUsers({ count: 2 }).pages()) pages.push([resources.map(({ id }) => id), complete]);
    } catch (error) {
        assert.equal(error.kind, 'incomplete');
    }
    assert.deepEqual(pages.flatMap(([ids]) => ids), ['a', 'b', 'c']);
});

test('a listing that stops short ends with an error', async (t) => {
    const { serviceUrl } = await paged(t, { 1: page(5, 1, ['a', 'b']), 3: page(5, 3, []) });
    const came = [];
    const error = await failing((async () => { for await (const { id } of client(t, serviceUrl).listUsers({ count: 2 })) came.push(id); })(), 'incomplete');
    assert.deepEqual(came, ['a', 'b']);
    assert.deepEqual([error.name, error.listed, error.totalResults, error.maybeApplied], ['IncompleteError', 2, 5, false]);
});

test('a failure on the way is the call’s', async (t) => {
    const { serviceUrl } = await paged(t, { 1: page(4, 1, ['a', 'b']), 3: answer(403, {}) });
    const came = [];
    await failing((async () => { for await (const { id } of client(t, serviceUrl).listUsers({ count: 2 })) came.push(id); })(), 'permission');
    assert.deepEqual(came, ['a', 'b']);
});

test('whoever has enough asks for no more', async (t) => {
    const { serviceUrl, seen } = await paged(t, { 1: page(5, 1, ['a', 'b']) });
    for await (const { id } of client(t, serviceUrl).listUsers({ count: 2 })) if (id === 'b') break;
    assert.equal(seen.length, 1);
});

test('pages give tokens by which a listing goes on', async (t) => {
    const { serviceUrl } = await paged(t, { 1: page(4, 1, ['a', 'b']), 3: page(4, 3, ['c', 'd']) });
    const scim = client(t, serviceUrl);
    const { value } = await scim.listUsers({ count: 2 }).pages().next();
    assert.deepEqual((await scim.listUsers({ count: 2, page: value.next })).Resources.map(({ id }) => id), ['c', 'd']);
});

test('a signal ends a listing between pages too', async (t) => {
    const { serviceUrl, seen } = await paged(t, { 1: page(4, 1, ['a', 'b']) });
    const controller = new AbortController();
    await failing((async () => {
        for await (const { id } of client(t, serviceUrl).listUsers({ count: 2 }, { signal: controller.signal })) if (id === 'b') controller.abort();
    })(), 'canceled');
    assert.equal(seen.length, 1);
});

// The rows of the host crate's own test.
test('a resource is told apart by its id', () => {
    const rows = [
        ['{"userName": "ada", "id": "1"}', '1', '1'],
        ['{"id":"\\u0031","meta":{"resourceType":"User"}}', '1', 'User/1'],
        ['{"meta":{"resourceType":7},"id":120000000000000000000}', '120000000000000000000', '120000000000000000000'],
        ['{ "b" : [1, 2], "a":null }', '{"a":null,"b":[1,2]}', '{"a":null,"b":[1,2]}'],
        ['{"id":""}', '{"id":""}', '{"id":""}'],
        ['{"id": null}', '{"id":null}', '{"id":null}'],
        ['"x"', '"x"', '"x"'],
    ];
    for (const [text, alone, mixed] of rows) {
        assert.deepEqual([identity(fromJson(text), false), identity(fromJson(text), true)], [alone, mixed], text);
    }
});

test('digests that were added are there', () => {
    const digests = new Digests();
    const digest = (number) => [BigInt.asUintN(64, BigInt(number + 1) * 0x9e3779b97f4a7c15n), BigInt.asUintN(64, BigInt(number + 1) * 0xf39cc0605cedc835n)];
    for (let number = 0; number < 20_000; number += 1) {
        assert.equal(digests.has(...digest(number)), false);
        digests.add(...digest(number));
        assert.ok(digests.has(...digest(number)) && digests.has(...digest(number >> 1)));
    }
});
