// Versions of Node for the tests, pinned, from the npm packages that carry them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NODES = { 22: '22.23.3', 24: '24.9.0', 26: '26.9.0' };

/** The program of a version, installed below a folder. */
export function node(version, folder) {
    const exact = NODES[version];
    if (!exact) throw new Error(`no version ${version} is pinned; there are ${Object.keys(NODES).join(', ')}`);
    const isWindows = process.platform === 'win32';
    const name = `node-${isWindows ? 'win' : process.platform}-${process.arch}`;
    const home = join(folder, `node-${exact}`);
    const program = join(home, 'node_modules', name, isWindows ? 'bin/node.exe' : 'bin/node');
    if (existsSync(program)) return program;
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'package.json'), '{"private": true}\n');
    const given = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${exact}`];
    if (spawnSync('npm', given, { cwd: home, stdio: 'inherit' }).status !== 0) throw new Error(`Node ${exact} could not be installed`);
    return program;
}
