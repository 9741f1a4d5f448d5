// What the tests of the canvases' editors share: a browser, a line for each check, waiting, and a third-party provider.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const TARGET = join(ROOT, 'target');

const onPath = (name) => process.env.PATH.split(delimiter).map((folder) => join(folder, name)).find(existsSync);
/** The browser that the tests of the page unpacked. */
const unpacked = [join(TARGET, 'browser/tmp/chromium')].find(existsSync);
/** The browser's program. */
export const program = process.env.CHROMIUM ?? ['chromium', 'chromium-browser', 'google-chrome'].map(onPath).find(Boolean) ?? unpacked;
if (!program) {
    process.stderr.write('not run: there is no Chromium; on Debian: apt-get install chromium, or name one in CHROMIUM\n');
    process.exit(2);
}
const libraries = program === unpacked && existsSync(join(TARGET, 'browser/tmp/lib')) ? { LD_LIBRARY_PATH: join(TARGET, 'browser/tmp/lib') } : {};
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** A browser with this profile; `chromium` is playwright's. */
export const launched = (chromium, profile) => chromium.launchPersistentContext(profile, { executablePath: program, headless: true, args: FLAGS, env: { ...process.env, ...libraries }, viewport: { width: 1400, height: 900 } });

/** How checks went so far. */
export const count = { passed: 0, failed: 0 };

/** Checks one thing, and says so in a line; where it fails `picture` is asked for one, by name. */
export const checks = (picture) => async (name, body) => {
    try {
        await body();
        count.passed += 1;
        process.stdout.write(`ok - ${name}\n`);
    } catch (error) {
        count.failed += 1;
        process.stdout.write(`not ok - ${name}: ${error.message.split('\n').filter((line) => line).slice(0, 12).join(' ')}\n`);
        await picture(`failed-${count.failed}`)?.catch(() => {});
    }
};

/** Waits until something is there, `patience` milliseconds at the most. */
export const waiting = (patience) => async (what, body) => {
    const latest = Date.now() + patience;
    for (;;) {
        const found = await body();
        if (found) return found;
        if (Date.now() > latest) throw new Error(`${what} did not come`);
        await sleep(50);
    }
};

/** The third-party provider, which takes this token; where it is. `ends` gets what ends it. */
export async function scimmy(servers, token, ends) {
    const child = spawn(process.execPath, [join(ROOT, 'tests/servers/scimmy.mjs'), '--modules', servers], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, SCIM_TEST_BEARER: token } });
    ends.push(() => child.stdin.end());
    const [line] = await once(child.stdout, 'data');
    return JSON.parse(line).serviceUrl;
}
