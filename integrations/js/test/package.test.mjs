// The package as somebody installs it: packed, installed into an empty folder, used from both kinds of modules and from TypeScript.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { PACKAGE, answer, inner, provider, scim, user } from './support.mjs';

const MODULES = process.env.SCIM_MODULES;
const NPM = process.env.SCIM_NPM ?? 'npm';
const manifest = scim.manifest();
const available = manifest.operations.filter((operation) => operation.available);
let folder;
let files;

before(() => {
    folder = mkdtempSync(join(tmpdir(), 'scim-js-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    const npm = (...given) => execFileSync(NPM, [...given, '--loglevel=error'], { cwd: folder, encoding: 'utf8' });
    [{ files }] = JSON.parse(npm('pack', PACKAGE, '--json'));
    const [tarball] = readdirSync(folder);
    writeFileSync(join(folder, 'package.json'), '{"private": true}');
    npm('install', `./${tarball}`, '--offline', '--no-audit', '--no-fund');
});

test('it brings nothing with it', () => {
    const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
    assert.deepEqual(Object.keys(lock.packages), ['', 'node_modules/@scim-connector/client']);
    const strange = files.map(({ path }) => path).filter((path) => !/^(lib|component)\/|^(package\.json|README\.md|LICENSE)$/.test(path));
    assert.deepEqual(strange, []);
});

test('from both kinds of modules, with the same state', async (t) => {
    const { serviceUrl } = await provider(t, () => answer(200, user('ada')));
    const use = (made) => `
        const client = new ScimClient({ serviceUrl: ${JSON.stringify(serviceUrl)}, auth: { type: 'none' } });
        client.getUser({ id: 'ada' }).then(({ userName }) => console.log(userName, ${made}));`;
    writeFileSync(join(folder, 'use.cjs'), `const { ScimClient } = require('@scim-connector/client');${use('typeof manifest === "undefined"')}`);
    writeFileSync(join(folder, 'use.mjs'), `
        import { ScimClient, ConflictError, manifest } from '@scim-connector/client';
        import { createRequire } from 'node:module';
        ${use("createRequire(import.meta.url)('@scim-connector/client').ConflictError === ConflictError && manifest().manifestVersion !== null")}`);
    for (const name of ['use.cjs', 'use.mjs']) {
        const { stdout, stderr } = await run(join(folder, name));
        assert.equal(stdout.trim(), 'ada@example.com true', stderr);
    }
});

const run = (file) => new Promise((done) => {
    execFile(process.execPath, [file], (_, stdout, stderr) => done({ stdout, stderr }));
});

/** Runs the TypeScript compiler over a text; gives what it says. */
function compiled(name, text) {
    writeFileSync(join(folder, name), text);
    const require = createRequire(join(MODULES, 'package.json'));
    const options = { module: 'nodenext', target: 'es2022', strict: true, noEmit: true, types: ['node'], typeRoots: [join(MODULES, 'node_modules/@types')] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: [name] }));
    const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
    return spawnSync(process.execPath, [tsc, '--project', folder], { encoding: 'utf8' }).stdout;
}

const EXAMPLE = `
    import { ScimClient, ConflictError, ScimError, type CreateUserInput } from '@scim-connector/client';
    export async function first(token: string): Promise<string[]> {
        await using client = new ScimClient({ serviceUrl: 'https://example.com/scim/v2', auth: { type: 'bearer', token } });
        const input: CreateUserInput = { payload: { userName: 'ada', emails: [{ value: 'ada@example.com', type: 'work' }], 'urn:example:x': { a: 1 } } };
        try {
            const { id } = await client.createUser(input);
            await client.patchUser({ id: id ?? '', operations: [{ op: 'replace', path: 'active', value: false }] }, { deadlineMs: 5000 });
        } catch (error) {
            if (error instanceof ConflictError) return [error.kind satisfies 'conflict', error.scimType ?? ''];
            if (error instanceof ScimError && error.maybeApplied) throw error;
        }
        const names: string[] = [];
        for await (const user of client.listUsers({ filter: 'active eq true' })) names.push(user.userName ?? '');
        const page = await client.listUsers();
        const total: number | undefined = page.totalResults;
        const { output } = await client.call('getGroup', { id: 'x' });
        return [...names, String(total), output.displayName ?? ''];
    }`;

test('TypeScript takes what is right', () => {
    assert.equal(compiled('right.mts', EXAMPLE), '');
    assert.equal(compiled('right.cts', EXAMPLE), '');
});

test('TypeScript refuses what is not', () => {
    const head = "import { ScimClient } from '@scim-connector/client'; declare const client: ScimClient;";
    const rows = [
        "client.createUser({ payload: { userNmae: 'ada' } });",
        'client.createUser({ payload: { userName: 7 } });',
        'client.getUser({});',
        "client.getUser({ id: 'a' }, { timeout: 7 });",
        "client.patchUser({ id: 'a', operations: [{ op: 'change' }] });",
        "client.createUsr({ payload: {} });",
        "new ScimClient({ serviceUrl: 'https://a.example', auth: { type: 'bearer' } });",
        "new ScimClient({ auth: { type: 'none' } });",
    ];
    const said = compiled('wrong.mts', [head, ...rows].join('\n'));
    rows.forEach((row, at) => assert.match(said, new RegExp(`wrong\\.mts\\(${at + 2},`), row));
});

/** Every member of a schema, at every depth, as a path of names. */
function* fields(schema, path = []) {
    for (const [name, member] of Object.entries(schema.properties ?? {})) {
        yield [...path, name];
        yield* fields(member, [...path, name]);
        if (member.items) yield* fields(member.items, [...path, name, 0]);
    }
}

test('each operation, and each field of each input and output, has a type', () => {
    const text = ["import type { Operations, Connection } from '@scim-connector/client';", 'type Has<T, K extends PropertyKey> = T extends unknown ? (K extends keyof T ? NonNullable<T[K]> : never) : never;', 'type Item<T> = T extends readonly (infer I)[] ? I : never;', 'type Known<T> = [T] extends [never] ? false : true;'];
    let count = 0;
    const held = (root, schema) => {
        for (const path of fields(schema)) {
            const made = path.reduce((type, name) => (name === 0 ? `Item<${type}>` : `Has<${type}, ${JSON.stringify(name)}>`), root);
            text.push(`export const f${(count += 1)}: Known<${made}> = true;`);
        }
    };
    for (const { name, input, output } of available) {
        held(`Operations['${name}']['input']`, input);
        held(`Operations['${name}']['output']`, output);
    }
    held('Connection', manifest.connection);
    assert.ok(count > 1000, `${count} fields`);
    assert.equal(compiled('fields.mts', text.join('\n')), '');
    // It can fail.
    assert.match(compiled('no.mts', `${text.slice(0, 4).join('\n')}\nexport const f: Known<Has<Operations['getUser']['input'], 'nothing'>> = true;`), /error TS/);
});

test('each operation of the manifest is one of the package', () => {
    const { OPERATIONS } = inner('generated/operations');
    assert.deepEqual(OPERATIONS.map(({ name, paginated }) => [name, paginated]), available.map(({ name, paginated }) => [name, paginated]));
    assert.deepEqual(OPERATIONS.filter(({ keyed }) => keyed).map(({ name }) => name), ['ensureUser', 'ensureGroup']);
});

test('listings are paged as the manifest says', () => {
    const paging = { items: '/Resources', next: '/next', complete: '/complete', total: '/totalResults', leftOut: '/leftOut', token: '/page', start: '/startIndex', cursor: '/cursor' };
    const paged = available.filter(({ paginated }) => paginated);
    assert.ok(paged.length > 0);
    for (const { name, paging: said } of paged) if (said) for (const [member, pointer] of Object.entries(paging)) assert.equal(said[member], pointer, `${name} ${member}`);
});
