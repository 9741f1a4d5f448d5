// Builds the package: the hand-written files, and the component as JavaScript runs it, below a folder from which `npm pack` works.
//
//   node build.mjs [--component ../../target/scim-connector.core.wasm] [--modules FOLDER] [--out ../../target/js/package]
//
// `--modules` is the folder with this package's devDependencies in its node_modules; this one unless it is given.
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));
const TARGET = resolve(HERE, '../../target');
const CORE = join(TARGET, 'scim-connector.core.wasm');
/** What of this folder is in the package. */
const FILES = ['package.json', 'README.md', 'lib'];

/** A devDependency, from a folder with node_modules. */
export const devDependency = (modules, name) => import(pathToFileURL(createRequire(join(resolve(modules), 'package.json')).resolve(name)).href);

/** The component as files: glue, modules, the manifest. */
async function component(file, modules, folder) {
    const { transpileBytes } = await devDependency(modules, '@bytecodealliance/jco-transpile');
    // Threads share the compiled modules and provide the way out, so they instantiate by themselves.
    const options = { name: 'connector', instantiation: 'sync', emitTypescriptDeclarations: false, minify: true, noComponentErrorWrapping: false };
    const { files } = await transpileBytes(await readFile(file), { ...options, outDir: folder });
    await mkdir(folder, { recursive: true });
    const names = Object.keys(files).filter((name) => name.endsWith('.wasm')).map((name) => name.split('/').at(-1)).sort();
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name.split('/').at(-1)), bytes);
    await writeFile(join(folder, 'modules.json'), `${JSON.stringify(names)}\n`);
    await writeFile(join(folder, 'package.json'), '{"type": "module"}\n');
    await writeFile(join(folder, 'manifest.json'), (await loaded(folder)).catalog.manifest());
}

/** What a built component exports, without a way out. */
export async function loaded(folder) {
    const { instantiate } = await import(pathToFileURL(join(folder, 'connector.js')).href);
    const { imports } = await import('./lib/wasi.mjs');
    const names = JSON.parse(await readFile(join(folder, 'modules.json'), 'utf8'));
    const one = async (name) => [name, await WebAssembly.compile(await readFile(join(folder, name)))];
    const compiled = Object.fromEntries(await Promise.all(names.map(one)));
    const nothing = () => { throw new Error('there is no way out here'); };
    const outside = { ...imports({ variables: () => [], pause: nothing }), 'scim:connector-parts/outbound': { send: nothing, receive: nothing } };
    return instantiate((name) => compiled[name], outside, (module, given) => new WebAssembly.Instance(module, given));
}

/** Builds into a folder, which appears when it is whole. */
export async function build({ component: file = CORE, modules = HERE, out = join(TARGET, 'js/package') } = {}) {
    const draft = `${resolve(out)}.draft`;
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true });
    for (const name of FILES) await cp(join(HERE, name), join(draft, name), { recursive: true });
    await cp(resolve(HERE, '../../LICENSE'), join(draft, 'LICENSE'));
    await component(file, modules, join(draft, 'component'));
    await rm(out, { recursive: true, force: true });
    await rename(draft, out);
    return resolve(out);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const names = ['component', 'modules', 'out'];
    const { values } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) });
    process.stdout.write(`${await build(values)}\n`);
}
