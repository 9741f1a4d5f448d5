// What the Node servers share: arguments, where modules come from, the ready line, and how they end.
// It knows nothing of SCIM or OAuth beyond the shape of a SCIM error.
import { Console } from 'node:console';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

// Standard output carries the ready line and nothing else; some packages greet on it.
globalThis.console = new Console(process.stderr, process.stderr);

/** Reads `--name value` options; `defaults` names every option there is, `undefined` marks a required one. */
export function options(defaults) {
    const spec = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: 'string' }]));
    let values;
    try {
        ({ values } = parseArgs({ options: spec }));
    } catch (error) {
        fail(error.message);
    }
    const result = { ...defaults, ...values };
    const missing = Object.keys(result).filter((name) => result[name] === undefined);
    if (missing.length > 0) fail(`missing option: --${missing.join(', --')}`);
    return result;
}

/** The packages installed below `folder` (they are not beside these scripts, so a bare `import` does not find them). */
export function packages(folder) {
    const require = createRequire(join(resolve(folder), 'package.json'));
    const find = (name) => {
        try {
            return require.resolve(name);
        } catch {
            return fail(`no package ${name} below ${resolve(folder)}: run tests/servers/install.py first`);
        }
    };
    return {
        require: (name) => require(find(name)),
        import: (name) => import(pathToFileURL(find(name)).href),
    };
}

/** A secret from the environment, else a fresh one. */
export function secret(variable) {
    return process.env[variable] || randomBytes(24).toString('base64url');
}

/** Starts a server on the loopback address; gives its origin once it listens. Port 0 is any free port. */
export function listen(server, port) {
    return new Promise((done, refuse) => {
        server.once('error', refuse);
        server.listen(Number(port), '127.0.0.1', () => done(`http://127.0.0.1:${server.address().port}`));
    });
}

/** A server whose handler is set later: some handlers must know the port first. */
export function lateServer() {
    const server = createServer((request, response) => server.handler(request, response));
    return server;
}

/** Says that everything stands, and ends the process when whoever started it closes standard input. */
export function ready(facts) {
    process.stdout.write(`${JSON.stringify({ ready: true, ...facts })}\n`);
    process.stdin.on('end', () => process.exit(0)).on('error', () => process.exit(0)).resume();
}

/** Ends a server that cannot start. */
export function fail(reason) {
    process.stderr.write(`${process.argv[1]}: ${reason}\n`);
    process.exit(1);
}

/** The body of a SCIM error (RFC 7644 section 3.12). */
export function scimError(status, detail) {
    return JSON.stringify({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: String(status),
        detail,
    });
}
