// Writes what the package says again of the manifest: the names of the operations, and TypeScript's types of their inputs and outputs.
//
//   node generate.mjs [--package ../../target/js/package] [--check]
//
// `--package` is a built one, whose component is asked. With `--check` nothing is written; exit code 1 where a file is not current.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loaded } from './build.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const HEAD = '// Generated from the manifest by generate.mjs; not to be edited.\n';
/** Kinds of failure that are this package's own; lib/errors.js has their meaning. */
const OWN_KINDS = { canceled: 'The call was cancelled by its signal.', closed: 'The client or its pool is closed.', incomplete: 'A listing ended without everything.' };

const upper = (name) => name[0].toUpperCase() + name.slice(1);
const errorName = (kind) => `${upper(kind)}Error`;
const property = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));
const indented = (text) => text.replaceAll('\n', '\n    ');

/** A comment of what a schema says for people. */
function comment({ title, description, summary, default: given }) {
    const said = [title, description ?? summary].filter((part, at, all) => part && all.indexOf(part) === at).join(': ');
    const sentence = said && !/[.:?!]$/.test(said) && given !== undefined ? `${said}.` : said;
    const text = [sentence, given === undefined ? '' : `Default: ${JSON.stringify(given)}.`].filter((part) => part).join(' ');
    return text ? `/** ${text.replaceAll('*/', '* /').replaceAll('\n', ' ')} */\n` : '';
}

/** Types with a name of their own, by that name. */
const declared = new Map();

/** The type of a schema. */
export function type(schema) {
    if (schema === true || schema === undefined) return 'unknown';
    if (schema['x-type'] && schema.properties) {
        const name = schema['x-type'];
        if (!declared.has(name)) {
            declared.set(name, undefined);
            declared.set(name, `${comment(schema)}export interface ${name} ${members(schema)}\n`);
        }
        return name;
    }
    if ('const' in schema) return JSON.stringify(schema.const);
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
    const kinds = [schema.type ?? []].flat();
    if (kinds.length > 1) return kinds.map((kind) => type({ ...schema, type: kind })).join(' | ');
    if (!schema.properties && (schema.oneOf ?? schema.anyOf)) {
        return [...new Set((schema.oneOf ?? schema.anyOf).map((one) => (one.properties || one.type || one.enum ? type(one) : 'unknown')))].join(' | ');
    }
    switch (kinds[0] ?? (schema.properties ? 'object' : undefined)) {
        case 'string': return 'string';
        case 'integer': case 'number': return 'number';
        case 'boolean': return 'boolean';
        case 'null': return 'null';
        case 'array': {
            const item = type(schema.items);
            return /[|&{ ]/.test(item) ? `Array<${item}>` : `${item}[]`;
        }
        case 'object': return object(schema);
        default: return 'unknown';
    }
}

function object(schema) {
    if (!schema.properties) return `{ [name: string]: ${typeof schema.additionalProperties === 'object' ? type(schema.additionalProperties) : 'unknown'} }`;
    const all = members(schema);
    return [all, ...alternatives(schema, all)].join(' & ');
}

/** "One of these is there", as types: `oneOf` (no other then) and `anyOf` of nothing but `required`. */
function alternatives({ properties, oneOf, anyOf }) {
    const made = (list, others) => {
        if (!list?.every((one) => Object.keys(one).join() === 'required')) return [];
        const names = list.flatMap(({ required }) => required);
        const one = ({ required }) => [
            ...required.map((name) => `${property(name)}: ${type(properties[name])}`),
            ...others(names.filter((name) => !required.includes(name))),
        ];
        return [`(${list.map((it) => `{ ${one(it).join('; ')} }`).join(' | ')})`];
    };
    return [...made(oneOf, (rest) => rest.map((name) => `${property(name)}?: undefined`)), ...made(anyOf, () => [])];
}

/** The members of an object, in the order of its form. */
function members({ properties, required = [], additionalProperties }) {
    const order = ([, schema]) => schema['x-order'] ?? Infinity;
    const sorted = Object.entries(properties).sort((one, other) => order(one) - order(other) || 0);
    const lines = sorted.map(([name, schema]) => `${comment(schema)}${property(name)}${required.includes(name) ? '' : '?'}: ${type(schema)};`);
    // Extensions stand under their schema's URN.
    if (additionalProperties !== false) lines.push('[extension: `urn:${string}`]: unknown;');
    return lines.length === 0 ? '{ [name: string]: never }' : `{\n    ${lines.map(indented).join('\n    ')}\n}`;
}

/** The type `name` of a schema, declared. */
function declaration(name, schema) {
    const made = type(schema);
    return made === name ? '' : `export type ${name} = ${made};\n`;
}

function types(manifest) {
    declared.clear();
    const operations = manifest.operations.filter(({ available }) => available);
    const own = operations.flatMap(({ name, input, output }) => [declaration(`${upper(name)}Input`, input), declaration(`${upper(name)}Output`, output)]);
    const connection = declaration('Connection', manifest.connection);
    const item = ({ name, output }) => (output.properties ? `${upper(name)}Output['Resources'][number]` : 'unknown');
    const result = (operation) => {
        const output = `${upper(operation.name)}Output`;
        if (!operation.paginated) return `Promise<${output}>`;
        return `Listing<${output}, ${item(operation)}>`;
    };
    const method = (operation) => {
        const { name, input } = operation;
        const optional = (input.required ?? []).length === 0 && !input.oneOf ? '?' : '';
        return `${comment({ title: operation.summary })}${name}(input${optional}: ${upper(name)}Input, options?: CallOptions): ${result(operation)};`;
    };
    const row = ({ name }) => `${name}: { input: ${upper(name)}Input; output: ${upper(name)}Output };`;
    const block = (kind, lines) => `export interface ${kind} {\n    ${lines.map(indented).join('\n    ')}\n}\n`;
    return [
        HEAD,
        "import type { CallOptions, Listing, ScimError } from '../index';\n",
        connection,
        ...declared.values(),
        ...own,
        '/** Inputs and outputs by the names of the operations. */\n' + block('Operations', operations.map(row)),
        '/** The operations as methods. */\n' + block('OperationMethods', operations.map(method)),
    ].filter((part) => part).join('\n');
}

function errorTypes(kinds) {
    const one = ([kind, about]) => `${comment({ title: about })}export class ${errorName(kind)} extends ScimError {\n    readonly kind: '${kind}';\n}\n`;
    return [HEAD, "import { ScimError } from '../index';\n", ...kinds.map(one)].join('\n');
}

/** The generated files, by their names below lib/generated. */
export async function files(built) {
    const { catalog, runtime } = await loaded(join(built, 'component'));
    const manifest = JSON.parse(catalog.manifest());
    const kinds = manifest.errors.map(({ kind, summary }) => [kind, summary]);
    const available = manifest.operations.filter((operation) => operation.available);
    const rows = available.map(({ name, paginated, example }) => {
        const keyed = runtime.ensureKeys(name, JSON.stringify(example)).length > 0;
        return `    { name: '${name}', paginated: ${paginated}, keyed: ${keyed} },`;
    });
    const names = ['ScimClient', 'Pool', 'ScimError', 'manifest', ...[...kinds, ...Object.entries(OWN_KINDS)].map(([kind]) => errorName(kind))];
    const constants = [
        `${HEAD}'use strict';\n`,
        `/** Kinds of failure. */\nexports.KINDS = ${JSON.stringify(kinds.map(([kind]) => kind)).replaceAll('","', "', '").replace('["', "['").replace('"]', "']")};\n`,
        `/** Operations: whether they list, and whether equal calls must wait for each other. */\nexports.OPERATIONS = [\n${rows.join('\n')}\n];\n`,
    ];
    return {
        'operations.js': constants.join('\n'),
        'operations.d.ts': types(manifest),
        'errors.d.ts': errorTypes([...kinds, ...Object.entries(OWN_KINDS)]),
        'index.mjs': `${HEAD}import all from '../index.js';\n\nexport const {\n    ${names.join(',\n    ')},\n} = all;\n`,
    };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const { values } = parseArgs({ options: { package: { type: 'string' }, check: { type: 'boolean' } } });
    const folder = join(HERE, 'lib/generated');
    await mkdir(folder, { recursive: true });
    const stale = [];
    for (const [name, text] of Object.entries(await files(resolve(values.package ?? join(HERE, '../../target/js/package'))))) {
        const file = join(folder, name);
        if ((await readFile(file, 'utf8').catch(() => '')) === text) continue;
        if (values.check) stale.push(name);
        else await writeFile(file, text);
    }
    if (stale.length > 0) {
        process.stderr.write(`not current: ${stale.join(', ')}; run node integrations/js/generate.mjs\n`);
        process.exitCode = 1;
    }
}
