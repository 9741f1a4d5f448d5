// The SCIM plugin of better-auth, its store in memory, one bearer token.
//
//   node better_auth.mjs --modules target/servers/node [--port 0]      environment: SCIM_TEST_BEARER
import { randomBytes } from 'node:crypto';
import { fail, lateServer, listen, options, packages, ready, secret } from './common.mjs';

const { modules, port } = options({ modules: undefined, port: '0' });

try {
    const load = packages(modules).import;
    const [{ betterAuth }, { memoryAdapter }, { toNodeHandler }, { scim }, { getAuthTables }] = await Promise.all(
        ['better-auth', 'better-auth/adapters/memory', 'better-auth/node', '@better-auth/scim', 'better-auth/db'].map(load),
    );
    const bearer = secret('SCIM_TEST_BEARER');
    const server = lateServer();
    const origin = await listen(server, port);
    const plugins = [scim({ connections: [{ id: 'tests', credentials: [{ type: 'bearer', id: 'tests', token: bearer }] }] })];
    const tables = Object.values(getAuthTables({ plugins })).map((table) => [table.modelName, []]);
    const auth = betterAuth({
        baseURL: origin,
        secret: randomBytes(32).toString('hex'),
        database: memoryAdapter(Object.fromEntries(tables)),
        plugins,
        rateLimit: { enabled: false },
        telemetry: { enabled: false },
    });
    server.handler = toNodeHandler(auth);
    ready({ serviceUrl: `${origin}/api/auth/scim/v2`, bearer });
} catch (error) {
    fail(error.stack);
}
