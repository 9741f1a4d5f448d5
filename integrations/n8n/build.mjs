// Builds the package with the package for JavaScript inside: n8n allows no dependencies.
//
//   node build.mjs [--client ../../target/js/package] [--modules ../../target/n8n/modules] [--out ../../target/n8n]
//
// `--modules` has the packages of package-lock.json. It is built and linted with n8n's own tools; gives the tarball.
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));
const TARGET = resolve(HERE, '../../target');
const SOURCES = ['credentials', 'nodes', 'package.json', 'tsconfig.json', 'eslint.config.mjs', 'README.md'];

/** Puts the sources beside the client that they import; gives the folder. */
export async function stage({ client = join(TARGET, 'js/package'), out = join(TARGET, 'n8n') } = {}) {
    const folder = resolve(out, 'package');
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    for (const name of SOURCES) await cp(join(HERE, name), join(folder, name), { recursive: true });
    await cp(resolve(HERE, '../../LICENSE'), join(folder, 'LICENSE'));
    await cp(resolve(client), join(folder, 'client'), { recursive: true });
    return folder;
}

export async function build({ client, modules = join(TARGET, 'n8n/modules'), out = join(TARGET, 'n8n') } = {}) {
    const folder = await stage({ client, out });
    await symlink(resolve(modules, 'node_modules'), join(folder, 'node_modules'));
    const tool = (...given) => execFileSync(process.execPath, [join(folder, 'node_modules/@n8n/node-cli/bin/n8n-node.mjs'), ...given], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, CI: 'true' } });
    tool('build');
    tool('lint');
    await cp(join(folder, 'client'), join(folder, 'dist/client'), { recursive: true });
    await cp(join(folder, 'nodes/Scim/Scim.node.json'), join(folder, 'dist/nodes/Scim/Scim.node.json'));
    // Who installs it needs no tools, and no link.
    const { devDependencies, scripts, ...rest } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    await writeFile(join(folder, 'package.json'), `${JSON.stringify(rest, null, 2)}\n`);
    await rm(join(folder, 'node_modules'));
    const [{ filename }] = JSON.parse(execFileSync('npm', ['pack', folder, '--json', '--loglevel=error'], { cwd: resolve(out), encoding: 'utf8' }));
    return resolve(out, filename.replace('@', '').replace('/', '-'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const { values } = parseArgs({ options: Object.fromEntries(['client', 'modules', 'out'].map((name) => [name, { type: 'string' }])) });
    process.stdout.write(`${await build(values)}\n`);
}
