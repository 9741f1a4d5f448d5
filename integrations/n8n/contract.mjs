// What the node has of the manifest: an operation or a field that it lacks fails here, and so does a value that a form would lose. It needs
// nothing of n8n's. In the gate.
//
//   node integrations/n8n/contract.mjs [--js target/js] [--out target/n8n-contract]
//
// The package for JavaScript must be built below `--js`. A Node that does not run TypeScript runs it with one that does.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { node } from '../js/nodes.mjs';
import { stage } from './build.mjs';
import { filled, member, ofOperation, pointers, shown } from './test/filled.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const TARGET = resolve(HERE, '../../target');
const { values } = parseArgs({ options: { js: { type: 'string', default: join(TARGET, 'js') }, out: { type: 'string', default: join(TARGET, 'n8n-contract') } } });

if (!process.features.typescript) {
    const { status } = spawnSync(node(24, resolve(values.js)), ['--no-warnings', fileURLToPath(import.meta.url), '--js', values.js, '--out', values.out], { stdio: 'inherit' });
    process.exit(status ?? 1);
}

const folder = await stage({ client: join(values.js, 'package'), out: values.out });
const part = (name) => import(pathToFileURL(join(folder, name)).href);
const form = await part('nodes/Scim/form.ts');
const { connection, input, items, limit, record, verdict } = await part('nodes/Scim/values.ts');
const { manifest } = await part('nodes/Scim/clients.ts');
const { ScimApi } = await part('credentials/ScimApi.credentials.ts');

const available = manifest.operations.filter((operation) => operation.available);
const properties = form.properties(manifest);
const unique = (list) => new Set(list).size === list.length;

test('every operation is there, under its resource', () => {
    const [resource, ...others] = properties;
    const listed = resource.options.flatMap(({ value }) => {
        const [{ options }] = others.filter(({ name, displayOptions }) => name === 'operation' && displayOptions.show.resource[0] === value);
        return options.map((option) => [value, option.value, option.action]);
    });
    assert.deepEqual(listed.map(([, name]) => name).sort(), available.map(({ name }) => name).sort());
    for (const operation of available) assert.ok(listed.some(([value, name, action]) => value === operation.interface && name === operation.name && action === operation.title), operation.name);
});

for (const operation of available) {
    test(`${operation.name}: every field is there once, described`, () => {
        const own = ofOperation(properties, operation);
        const more = own.find(({ name }) => name === form.MORE).options;
        assert.ok(unique(own.map(({ name }) => name)) && unique(more.map(({ name }) => name)), 'two parameters of a name');
        const all = new Map([...own, ...more].map((one) => [one.name, one]));
        for (const pointer of pointers(operation.input)) {
            const drawn = all.get(form.parameter(pointer));
            assert.ok(drawn?.displayName && drawn.description, pointer);
            assert.ok('default' in drawn, `${pointer} has no default`);
        }
        for (const required of operation.input.required ?? []) {
            const [pointer] = pointers({ type: 'object', properties: { [required]: operation.input.properties[required] } });
            if (operation.input.properties[required].properties === undefined) assert.equal(own.find(({ name }) => name === form.parameter(pointer))?.required, true, required);
        }
        assert.equal(own.some(({ name }) => name === 'returnAll'), operation.paginated);
        assert.equal(own.some(({ type }) => type === 'notice'), operation.destructive);
        for (const pointer of operation.secrets.input) assert.equal(all.get(form.parameter(pointer))?.typeOptions?.password, true, pointer);
    });

    test(`${operation.name}: its example comes through the form as it is, and an empty form gives nothing`, () => {
        const own = ofOperation(properties, operation);
        const given = filled(form, properties, operation);
        const value = (name) => (given[name]?.__rl ? given[name].value : given[name]);
        assert.deepEqual(input(operation, value), operation.example);
        const defaults = Object.fromEntries(own.map(({ name, type, default: usual }) => [name, type === 'resourceLocator' ? usual.value : usual]));
        const sent = input(operation, (name) => defaults[name]);
        const must = new Set(own.filter(({ type, required }) => type === 'options' && required).map(({ name }) => name));
        assert.deepEqual(pointers(operation.input).filter((pointer) => member(sent, pointer) !== undefined && !must.has(form.parameter(pointer))), []);
    });
}

test('whatever has no field goes in as JSON, and the fields go over it', () => {
    const operation = available.find(({ name }) => name === 'createUser');
    const given = { payload_userName: 'ada', [form.MORE]: { [form.WHOLE]: '{"payload": {"userName": "bob", "favouriteColour": "green"}}' }, [form.OWN]: { value: { '/payload/urn:example:2.0:User/badge': 7, '/payload/nothing': null } } };
    assert.deepEqual(input(operation, (name) => given[name]), { payload: { userName: 'ada', favouriteColour: 'green', 'urn:example:2.0:User': { badge: 7 } } });
    for (const wrong of ['{', '[]', '"text"']) assert.throws(() => input(operation, (name) => ({ [form.MORE]: { [form.WHOLE]: wrong } })[name]), /nothing was sent/, wrong);
});

test('a list that is empty is none: members are not taken away by a form that was not filled in', () => {
    const operation = available.find(({ name }) => name === 'setGroupMembers');
    assert.deepEqual(input(operation, (name) => ({ id: 'g', members: [] })[name]), { id: 'g' });
    assert.deepEqual(input(operation, (name) => ({ id: 'g', [form.MORE]: { [form.WHOLE]: { members: [] } } })[name]), { id: 'g', members: [] });
});

test('values of changes are what they are, empty and false ones too', () => {
    const operation = available.find(({ name }) => name === 'patchUser');
    const changes = [{ op: 'replace', path: 'active', value: 'false' }, { op: 'replace', path: 'nickName', value: '""' }, { op: 'remove', path: 'title', value: '' }, { op: 'add', path: 'x', value: '{"a": [1]}' }];
    const made = input(operation, (name) => ({ id: 'ada', operations: { [form.ITEM]: changes } })[name]);
    assert.deepEqual(made.operations, [{ op: 'replace', path: 'active', value: false }, { op: 'replace', path: 'nickName', value: '' }, { op: 'remove', path: 'title' }, { op: 'add', path: 'x', value: { a: [1] } }]);
});

test('every list that the editor asks for is one that the node gives', () => {
    const names = form.sources(manifest).map(form.method);
    assert.ok(unique(names));
    const asked = new Set([...JSON.stringify(properties).matchAll(/"(?:loadOptionsMethod|searchListMethod)":"([^"]+)"/g)].map(([, name]) => name));
    assert.deepEqual([...asked].sort(), [...names].sort());
});

test('a limit that is none is refused, so that nothing is taken for nobody', () => {
    const of = (given) => limit((name) => given[name]);
    assert.deepEqual([of({}), of({ returnAll: true, limit: 0 }), of({ returnAll: false, limit: 7 }), of({ limit: '7' })], [50, Infinity, 7, 7]);
    for (const wrong of [0, -1, 1.5, 'all', '', NaN]) assert.throws(() => of({ limit: wrong }), /nothing was sent/, String(wrong));
});

test('n8n is told where outputs have secrets', () => {
    assert.deepEqual(form.sensitive(manifest).sort(), ['password', 'user.password']);
});

const credential = new ScimApi();
const kinds = manifest.connection.properties.auth.oneOf.filter(({ properties: { type } }) => type.const !== 'host');

test('the credential has every field of the connection, secrets hidden', () => {
    assert.deepEqual(credential.properties.find(({ name }) => name === 'auth_type').options.map(({ value }) => value), kinds.map(({ properties: { type } }) => type.const));
    for (const { properties: { type, ...members } } of kinds) {
        const all = shown(credential.properties, { auth_type: type.const, advanced: true });
        assert.ok(unique(all.map(({ name }) => name)), type.const);
        const names = new Set(all.map(({ name }) => name));
        const { auth: _, overrides, ...others } = manifest.connection.properties;
        const ofKind = Object.keys(members).map((name) => `/auth/${name}`);
        for (const pointer of [...ofKind, ...pointers({ type: 'object', properties: others }), '/overrides']) assert.ok(names.has(form.parameter(pointer)), pointer);
        assert.ok(overrides);
    }
    for (const pointer of manifest.secrets) assert.equal(credential.properties.find(({ name }) => name === form.parameter(pointer)).typeOptions.password, true, pointer);
});

test('a credential becomes a connection: what is as usual is left out, and no other kind’s secret goes along', () => {
    const usual = Object.fromEntries(credential.properties.map(({ name, default: given }) => [name, given]));
    const made = (given) => connection(manifest, { ...usual, ...given });
    assert.deepEqual(made({ serviceUrl: 'https://example.com/scim/v2', auth_token: 't', auth_password: 'other' }), { serviceUrl: 'https://example.com/scim/v2', auth: { type: 'bearer', token: 't' } });
    assert.deepEqual(made({ provider: 'asgardeo', organization: 'myorg', auth_type: 'clientCredentials', auth_clientId: 'c', auth_clientSecret: 's', auth_scopes: ['a', ''], overrides: '{"put": false}', timeouts_totalMs: 5000 }),
        { provider: 'asgardeo', organization: 'myorg', auth: { type: 'clientCredentials', clientId: 'c', scopes: ['a'], clientSecret: 's' }, overrides: { put: false }, timeouts: { totalMs: 5000 } });
    // What was chosen is said, even where it is what is usual.
    assert.deepEqual(made({ provider: 'asgardeo', organization: 'myorg', auth_type: 'none', profile: 'generic' }), { provider: 'asgardeo', organization: 'myorg', auth: { type: 'none' }, profile: 'generic' });
    // A text is a secret, whatever it looks like: nobody reads the environment through it.
    assert.deepEqual(made({ auth_token: '{"env": "HOME"}' }).auth.token, '{"env": "HOME"}');
    assert.throws(() => made({ overrides: '{' }), /not JSON/);
});

test('outputs become items that can be stored', () => {
    assert.deepEqual(items({ effect: 'read' }, { id: 2n ** 60n, list: [1n] }), [{ id: String(2n ** 60n), list: ['1'] }]);
    assert.deepEqual(items({ effect: 'read' }, [{ a: 1 }, 'b']), [{ a: 1 }, { value: 'b' }]);
    assert.deepEqual([items({ effect: 'delete' }, null), items({ effect: 'update' }, undefined)], [[{ deleted: true }], [{ success: true }]]);
});

test('a failure’s record has its members, and not what it was caused by', () => {
    const error = Object.assign(new Error('gone', { cause: new Error('inside') }), { kind: 'notFound', status: 404, retryable: false, maybeApplied: false });
    assert.deepEqual(record(error), { kind: 'notFound', status: 404, retryable: false, maybeApplied: false, detail: 'gone' });
    assert.deepEqual(record(Object.assign(new Error('other'), { context: 'inside' })), { kind: 'invalidInput', retryable: false, maybeApplied: false, detail: 'other' });
});

test('a connection test is told in a sentence', () => {
    const steps = [{ name: 'reachable', status: 'passed', detail: '' }, { name: 'authenticated', status: 'failed', detail: 'said no' }];
    assert.equal(verdict({ ok: false, steps, failure: { detail: 'check auth' } }), 'authenticated: check auth (passed before: reachable)');
    assert.equal(verdict({ ok: true, steps: steps.slice(0, 1) }), 'passed: reachable');
    assert.equal(verdict({ ok: false, steps: [], failure: { detail: 'no URL' } }), 'no URL');
});
