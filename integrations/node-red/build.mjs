// Builds the package with the package for JavaScript inside, so that it installs without a network; gives the tarball.
//
//   node build.mjs [--client ../../target/js/package] [--out ../../target/node-red]
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));
const TARGET = resolve(HERE, '../../target');

export async function build({ client = join(TARGET, 'js/package'), out = join(TARGET, 'node-red') } = {}) {
    const folder = resolve(out, 'package');
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const { files } = JSON.parse(await readFile(join(HERE, 'package.json'), 'utf8'));
    for (const name of [...files, 'package.json', 'README.md']) await cp(join(HERE, name), join(folder, name), { recursive: true });
    await cp(resolve(HERE, '../../LICENSE'), join(folder, 'LICENSE'));
    await cp(resolve(client), join(folder, 'node_modules/@scim-connector/client'), { recursive: true });
    const [{ filename }] = JSON.parse(execFileSync('npm', ['pack', folder, '--json', '--loglevel=error'], { cwd: resolve(out), encoding: 'utf8' }));
    return resolve(out, filename.replace('@', '').replace('/', '-'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const { values } = parseArgs({ options: { client: { type: 'string' }, out: { type: 'string' } } });
    process.stdout.write(`${await build(values)}\n`);
}
