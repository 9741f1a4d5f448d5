// A SCIM provider of the packages scimmy and scimmy-routers on Express 4: Users and Groups in memory, one bearer token.
//
//   node scimmy.mjs --modules target/servers/node [--port 0]      environment: SCIM_TEST_BEARER
//
// The protocol is the packages'; only the store is ours, and it does no more than keep resources and names unique.
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { fail, listen, options, packages, ready, secret } from './common.mjs';

const { modules, port } = options({ modules: undefined, port: '0' });

/** Handlers over one map; `unique` is the attribute no two resources may share, compared without regard to case. */
function store(ScimError, unique) {
    const resources = new Map();
    const find = (id) => {
        if (!resources.has(id)) throw new ScimError(404, null, `no resource with id ${id}`);
        return resources.get(id);
    };
    return {
        idOf: (name) => [...resources.values()].find((resource) => resource[unique] === name)?.id,
        egress: ({ id, filter }) => {
            if (id) return find(id);
            const all = [...resources.values()];
            return filter ? filter.match(all) : all;
        },
        ingress: ({ id }, data) => {
            const before = id ? find(id) : undefined;
            const name = data[unique]?.toLowerCase();
            const clash = [...resources.values()].some((other) => other.id !== id && other[unique].toLowerCase() === name);
            if (clash) throw new ScimError(409, 'uniqueness', `${unique} "${data[unique]}" is taken`);
            const now = new Date().toISOString();
            const meta = { created: before?.meta.created ?? now, lastModified: now };
            const resource = { ...JSON.parse(JSON.stringify(data)), id: id ?? randomUUID(), meta };
            resources.set(resource.id, resource);
            return resource;
        },
        degress: ({ id }) => {
            find(id);
            resources.delete(id);
        },
    };
}

try {
    const { require } = packages(modules);
    const express = require('express');
    const SCIMMY = require('scimmy');
    const { SCIMMYRouters } = require('scimmy-routers');
    const bearer = secret('SCIM_TEST_BEARER');
    const { User, Group } = SCIMMY.Resources;
    const { idOf, ...users } = store(SCIMMY.Types.Error, 'userName');
    SCIMMY.Resources.declare(User.extend(SCIMMY.Schemas.EnterpriseUser, false), users);
    const { idOf: _, ...groups } = store(SCIMMY.Types.Error, 'displayName');
    SCIMMY.Resources.declare(Group, groups);

    const app = express();
    app.use('/scim/v2', new SCIMMYRouters({
        type: 'bearer',
        handler: (request) => {
            if (request.header('authorization') !== `Bearer ${bearer}`) throw new Error('no valid bearer token');
            // Whom /Me stands for; the token belongs to nobody.
            return idOf('me@example.com');
        },
    }));
    const origin = await listen(createServer(app), port);
    ready({ serviceUrl: `${origin}/scim/v2`, bearer });
} catch (error) {
    fail(error.stack);
}
