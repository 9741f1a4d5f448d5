// n8n itself: installed where it is not yet, and started with the package on a loopback port, in a folder of its own, asking nobody else.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const VERSION = '2.41.0';

/** Installs n8n, four minutes and three gigabytes: no scripts of packages but the one that builds its database. */
export function install(home, node) {
    const manifest = join(home, 'node_modules/n8n/package.json');
    const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
    const npm = (...given) => execFileSync('npm', [...given, '--no-audit', '--no-fund', '--loglevel=error'], { cwd: home, stdio: 'inherit', env });
    mkdirSync(home, { recursive: true });
    if (!existsSync(manifest) || JSON.parse(readFileSync(manifest, 'utf8')).version !== VERSION) {
        writeFileSync(join(home, 'package.json'), '{"private": true}\n');
        npm('install', `n8n@${VERSION}`, '--save-exact', '--ignore-scripts');
    }
    if (!existsSync(join(home, 'node_modules/sqlite3/build/Release/node_sqlite3.node'))) npm('rebuild', 'sqlite3');
    return join(home, 'node_modules/n8n/bin/n8n');
}

async function freePorts(count) {
    const probes = await Promise.all(Array.from({ length: count }, async () => {
        const probe = createServer();
        await once(probe.listen(0, '127.0.0.1'), 'listening');
        return probe;
    }));
    const ports = probes.map((probe) => probe.address().port);
    await Promise.all(probes.map((probe) => new Promise((done) => probe.close(done))));
    return ports;
}

/** Starts it; gives its URL, folder, log, and what ends it. */
export async function start({ program, node, tarball, patience = 180_000 }) {
    const folder = mkdtempSync(join(tmpdir(), 'scim-n8n-'));
    const nodes = join(folder, '.n8n/nodes');
    mkdirSync(nodes, { recursive: true });
    writeFileSync(join(nodes, 'package.json'), '{"private": true}');
    execFileSync('npm', ['install', tarball, '--offline', '--legacy-peer-deps', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: nodes });
    const [port, broker] = await freePorts(2);
    const off = ['N8N_DIAGNOSTICS_ENABLED', 'N8N_VERSION_NOTIFICATIONS_ENABLED', 'N8N_TEMPLATES_ENABLED', 'N8N_PERSONALIZATION_ENABLED', 'N8N_SECURE_COOKIE',
        'N8N_DYNAMIC_BANNERS_ENABLED', 'N8N_HIRING_BANNER_ENABLED', 'N8N_VERIFIED_PACKAGES_ENABLED'];
    const env = {
        PATH: `${dirname(node)}${delimiter}${process.env.PATH}`, HOME: folder, N8N_USER_FOLDER: folder, N8N_ENCRYPTION_KEY: randomBytes(16).toString('hex'),
        N8N_LISTEN_ADDRESS: '127.0.0.1', N8N_HOST: '127.0.0.1', N8N_PORT: String(port), N8N_RUNNERS_BROKER_PORT: String(broker), N8N_RUNNERS_BROKER_LISTEN_ADDRESS: '127.0.0.1',
        // It asks its maker for a list at every start.
        N8N_DISABLED_MODULES: 'mcp-registry',
        ...Object.fromEntries(off.map((name) => [name, 'false'])),
    };
    const child = spawn(node, [program, 'start'], { stdio: ['ignore', 'pipe', 'pipe'], env, cwd: folder });
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { log += chunk; });
    const end = async () => {
        child.kill();
        await Promise.race([once(child, 'exit'), sleep(10_000)]);
        child.kill('SIGKILL');
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    };
    const latest = Date.now() + patience;
    while (!/Editor is now accessible/.test(log)) {
        if (child.exitCode !== null || Date.now() > latest) {
            await end();
            throw new Error(`n8n did not start: ${log.slice(-2000)}`);
        }
        await sleep(200);
    }
    return { url: `http://127.0.0.1:${port}`, folder, log: () => log, end };
}
