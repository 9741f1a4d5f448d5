// What canvases share of forms: fields in order, and what they become once they are filled in.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { PACKAGE, scim } from './support.mjs';

const { connectionOf, inputOf, kind, leadsElsewhere, leaves } = createRequire(join(PACKAGE, 'package.json'))('@scim-connector/client/forms');
const manifest = scim.manifest();
const schema = (name) => manifest.operations.find((operation) => operation.name === name).input;

test('fields come in the order of the form, those of objects by themselves', () => {
    const fields = leaves(schema('createUser'));
    assert.deepEqual(fields.slice(0, 2).map(({ pointer, needed, group, above }) => [pointer, needed, group, above.length]), [['/payload/userName', true, 'primary', 1], ['/payload/name/givenName', false, 'primary', 2]]);
    assert.equal(fields.find(({ pointer }) => pointer.endsWith('/manager/value')).group, 'advanced');
    assert.deepEqual(leaves({ properties: { 'a/b~c': { title: 'x' } } }).map(({ pointer }) => pointer), ['/a~1b~0c']);
});

test('what a field’s value is', () => {
    const of = (name, pointer) => kind(leaves(schema(name)).find((field) => field.pointer === pointer).schema);
    assert.deepEqual(
        [of('createUser', '/payload/emails'), of('createUser', '/payload/active'), of('addGroupMembers', '/members'), of('listUsers', '/count'), of('listUsers', '/sortOrder'), of('patchUser', '/operations'), of('createResource', '/payload')],
        ['objects', 'boolean', 'strings', 'number', 'enum', 'objects', 'json'],
    );
    assert.equal(kind({}), 'json');
});

test('fields go over a whole input, which stays as it is, and no name reaches a prototype', () => {
    const whole = { payload: { userName: 'bob', active: true } };
    assert.deepEqual(inputOf(whole, [['/payload/userName', 'ada'], ['/payload/title', ''], ['/id', undefined]]), { payload: { userName: 'ada', active: true } });
    assert.equal(whole.payload.userName, 'bob');
    const made = inputOf({}, [['/__proto__/polluted', 1], ['/constructor/prototype/polluted', 1]]);
    assert.equal({}.polluted, undefined);
    assert.deepEqual(Object.keys(made), ['__proto__', 'constructor']);
});

test('a connection takes the secrets of its own kind of credentials', () => {
    const fields = { '/serviceUrl': 'https://example.com/scim/v2', '/auth/type': 'bearer', '/organization': '' };
    assert.deepEqual(connectionOf(manifest, fields, { token: 't', password: 'p', value: '' }), { serviceUrl: 'https://example.com/scim/v2', auth: { type: 'bearer', token: 't' } });
    assert.deepEqual([leadsElsewhere(fields, fields), leadsElsewhere({ ...fields, '/serviceUrl': 'https://example.org' }, fields)], [false, true]);
});
