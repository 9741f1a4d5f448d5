// Values at the door: what cannot be sent exactly is refused before anything is sent, and no digit of an answer is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, client, failing, inner, provider, user } from './support.mjs';

const { fromJson, toJson } = inner('values');

test('values that JSON has none of are refused with their place', async () => {
    const cyclic = {};
    cyclic.self = cyclic;
    const rows = [
        [{ count: NaN }, '/count'],
        [{ count: Infinity }, '/count'],
        [{ payload: { 'a/b~': [1, -Infinity] } }, '/payload/a~1b~0/1'],
        [{ count: 2 ** 64 }, '/count'],
        [{ list: [undefined] }, '/list/0'],
        [{ list: [, 1] }, '/list/0'], // eslint-disable-line no-sparse-arrays
        [{ value: () => 1 }, '/value'],
        [{ value: Symbol('x') }, '/value'],
        [{ value: new Map([['a', 1]]) }, '/value'],
        [{ value: new Set([1]) }, '/value'],
        [{ value: /a/ }, '/value'],
        [cyclic, '/self'],
    ];
    for (const [value, pointer] of rows) {
        assert.throws(() => toJson(value), (error) => error.kind === 'invalidInput' && error.pointer === pointer && !error.maybeApplied, pointer);
    }
});

test('what JSON has goes as it is', () => {
    const date = new Date(0);
    assert.equal(toJson({ a: 1n, b: null, c: undefined, d: [1.5, 'ä', true], e: date, f: { g: -0 } }), '{"a":1,"b":null,"d":[1.5,"ä",true],"e":"1970-01-01T00:00:00.000Z","f":{"g":0}}');
    assert.equal(toJson(JSON.parse('{"__proto__": {"admin": true}}')), '{"__proto__":{"admin":true}}');
    assert.equal(toJson(undefined), '{}');
    assert.equal(toJson([2n ** 64n, -(2n ** 70n), '"1"']), `[${2n ** 64n},${-(2n ** 70n)},"\\"1\\""]`);
    const shared = { a: 1 };
    assert.equal(toJson({ one: shared, other: shared }), '{"one":{"a":1},"other":{"a":1}}');
});

test('no digit of a whole number is lost', () => {
    const rows = [
        ['{"n":9007199254740993}', { n: 9007199254740993n }],
        ['{"n":-18446744073709551616,"m":1}', { n: -18446744073709551616n, m: 1 }],
        ['{"n":9007199254740991}', { n: 9007199254740991 }],
        ['{"n":"9007199254740993"}', { n: '9007199254740993' }],
        ['{"n":"say \\"9007199254740993\\" 1"}', { n: 'say "9007199254740993" 1' }],
        ['{"12345678901234567890":1.5}', { '12345678901234567890': 1.5 }],
        ['{"n":0.1234567890123456789}', { n: 0.12345678901234568 }],
        ['[10000000000000000000000]', [10000000000000000000000n]],
    ];
    for (const [text, value] of rows) assert.deepEqual(fromJson(text), value, text);
});

test('numbers that the component refuses do not wrap around', async (t) => {
    const { serviceUrl, seen } = await provider(t, () => answer(200, user('ada')));
    const scim = client(t, serviceUrl);
    for (const count of [-1, 1.5, 2 ** 64, 2n ** 64n, NaN, '3']) {
        const error = await failing(scim.listUsers({ count }), 'invalidInput');
        assert.equal(error.pointer, '/count', String(count));
    }
    for (const startIndex of [-1n, 0.5]) await failing(scim.listUsers({ startIndex }), 'invalidInput');
    assert.equal(seen.length, 0, 'nothing was sent');
});

test('numbers of a call’s options do not wrap around', async (t) => {
    const { serviceUrl, seen } = await provider(t, () => answer(200, user('ada')));
    const scim = client(t, serviceUrl);
    for (const deadlineMs of [-1, 1.5, 2 ** 32, -1n, NaN, '1000', null]) await failing(scim.getUser({ id: 'ada' }, { deadlineMs }), 'invalidInput');
    for (const attempt of [0, -1, 2 ** 32]) await failing(scim.getUser({ id: 'ada' }, { attempt }), 'invalidInput');
    await failing(scim.getUser({ id: 'ada' }, { timeout: 5 }), 'configuration');
    assert.equal(seen.length, 0, 'nothing was sent');
    assert.equal((await scim.getUser({ id: 'ada' }, { deadlineMs: 5000n, attempt: 2 })).id, 'ada');
});

test('a number of the provider’s comes as it is, and goes back as it came', async (t) => {
    const extension = 'urn:example:extension';
    const { serviceUrl } = await provider(t, () => ({
        status: 200, body: `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"ada","userName":"ada","${extension}":{"number":12345678901234567890}}`,
    }));
    const got = await client(t, serviceUrl).getUser({ id: 'ada' });
    assert.equal(got[extension].number, 12345678901234567890n);
    assert.equal(toJson({ [extension]: got[extension] }), '{"urn:example:extension":{"number":12345678901234567890}}');
});
