// The nodes as they run: a connection, an operation, a listing; and what the editor asks for. What operations there are, and their
// forms, is in the manifest of the package for JavaScript.
'use strict';

const { ScimClient, ScimError, manifest } = require('@scim-connector/client');
const { connectionOf, credential, inputOf, leadsElsewhere } = require('./lib/values.js');

/** What the editor shows for a secret that is stored. */
const STORED = '__PWRD__';

module.exports = (RED) => {
    const known = manifest();
    const credentials = Object.fromEntries(known.secrets.map((pointer) => [credential(pointer), { type: 'password' }]));
    const listings = new Set(known.operations.filter(({ paginated }) => paginated).map(({ name }) => name));

    /** A failure as data, for Catch: `msg.error.cause`. */
    function record(error) {
        const { message: detail, name, stack, cause, ...members } = { ...error, message: error.message };
        return { detail, ...members };
    }

    /** The error that Node-RED is given: its words, its kind as `code`, and the record. */
    const told = (error) => Object.assign(new Error(error.message), { code: error.kind ?? 'internal', cause: record(error), stack: undefined });

    function Connection(config) {
        RED.nodes.createNode(this, config);
        this.fields = config.fields ?? {};
        // Made when it is needed, so that what is wrong is told by the node that calls.
        this.client = () => (this.made ??= new ScimClient(connectionOf(known, this.fields, this.credentials), { onWarning: () => {} }));
        this.on('close', (done) => Promise.resolve(this.made?.close()).then(() => done(), () => done()));
    }

    /** The input of a call, from the node's fields and the message. */
    async function input(node, config, msg) {
        const value = (of) => new Promise((done, fail) => {
            RED.util.evaluateNodeProperty(of.value, of.type, node, msg, (error, result) => (error ? fail(error) : done(result)));
        });
        const field = async ([pointer, of]) => {
            const found = await value(of).catch((error) => { throw new Error(`the field ${pointer} cannot be read: ${error.message}`); });
            // An attribute may be left out. A filter or a version that is not there would let through what it should not.
            if ((found === undefined || found === '') && !pointer.startsWith('/payload/')) {
                throw new Error(`the field ${pointer} leads to nothing: ${of.type}.${of.value} is not there; nothing was sent`);
            }
            return [pointer, found];
        };
        const whole = config.whole ? await value({ type: 'msg', value: config.whole }) : {};
        return inputOf(whole, await Promise.all(Object.entries(config.fields ?? {}).map(field)));
    }

    /** What both kinds of nodes do around a call. */
    function calling(node, config, call) {
        const running = new Set();
        const show = (fill, text) => node.status(text ? { fill, shape: running.size > 0 ? 'ring' : 'dot', text } : {});
        node.on('input', async (msg, send, done) => {
            const controller = new AbortController();
            running.add(controller);
            show('blue', 'running');
            try {
                const connection = RED.nodes.getNode(config.connection);
                if (!connection) throw new Error('no connection is chosen; choose one, and deploy');
                const given = await input(node, config, msg);
                const said = await call(connection.client(), given, { signal: controller.signal, runId: msg._msgid }, { msg, send });
                running.delete(controller);
                for (const warning of said.warnings) node.warn(warning, msg);
                show(said.warnings.length > 0 ? 'yellow' : 'green', said.text);
                done();
            } catch (error) {
                running.delete(controller);
                show('red', error.kind ?? 'failed');
                done(told(error instanceof ScimError ? error : { message: error.message, kind: 'invalidInput', retryable: false, maybeApplied: false }));
            }
        });
        node.on('close', () => {
            for (const controller of running) controller.abort(new Error('the node was closed'));
        });
    }

    function Operation(config) {
        RED.nodes.createNode(this, config);
        calling(this, config, async (client, given, options, { msg, send }) => {
            const { output, ...about } = await client.call(config.operation, given, options);
            send({ ...msg, payload: output, scim: { operation: config.operation, ...about } });
            return { text: 'done', warnings: about.warnings };
        });
    }

    function Listing(config) {
        RED.nodes.createNode(this, config);
        calling(this, config, async (client, given, options, { msg, send }) => {
            if (!listings.has(config.operation)) throw new Error(`${config.operation} is no listing`);
            const warnings = new Set();
            let listed = 0;
            const about = (more) => ({ operation: config.operation, ...more });
            for await (const page of client[config.operation](given, options).pages()) {
                for (const warning of page.warnings) warnings.add(warning);
                const { resources, ...rest } = page;
                if (config.each === 'page') send([{ ...msg, payload: resources, scim: about(rest) }, null]);
                else resources.forEach((resource, at) => send([{ ...msg, payload: resource, scim: about({ index: listed + at, totalResults: page.totalResults }) }, null]));
                listed += resources.length;
                this.status({ fill: 'blue', shape: 'ring', text: `${listed} listed` });
            }
            // Not reached where something is missing.
            send([null, { ...msg, payload: { listed }, complete: true, scim: about({ listed, complete: true }) }]);
            return { text: `${listed} listed`, warnings: [...warnings] };
        });
    }

    RED.nodes.registerType('scim-connection', Connection, { credentials });
    RED.nodes.registerType('scim-operation', Operation);
    RED.nodes.registerType('scim-listing', Listing);

    const may = (permission) => RED.auth.needsPermission(permission);
    /** What a deployed connection gives the editor's forms; nothing where it is not deployed, or cannot: forms do without, and the test says why. */
    const offered = (work, otherwise) => async (request, response) => {
        const node = RED.nodes.getNode(request.params.id);
        const ask = async () => (node?.type === 'scim-connection' ? work(node.client(), request) : otherwise);
        response.json(await ask().catch(() => otherwise));
    };

    RED.httpAdmin.get('/scim-connector/manifest', may('flows.read'), (_, response) => response.json(known));
    RED.httpAdmin.get('/scim-connector/:id/choices', may('flows.read'), offered((client, { query }) => client.choices(String(query.source)), []));
    RED.httpAdmin.get('/scim-connector/:id/schema/:operation', may('flows.read'), offered((client, { params }) => client.schema(params.operation), null));
    RED.httpAdmin.post('/scim-connector/test', may('flows.write'), async ({ body }, response) => {
        response.json(await tested(body).catch((error) => ({ ok: false, steps: [], failure: record(error) })));
    });

    /** The report about a connection as it stands in the form. */
    async function tested({ id, fields = {}, credentials: typed }) {
        const stored = RED.nodes.getNode(id);
        const given = { ...typed };
        for (const name of Object.keys(given).filter((one) => given[one] === STORED)) {
            given[name] = RED.nodes.getCredentials(id)?.[name];
            if (given[name] && (!stored || leadsElsewhere(fields, stored.fields))) {
                return { ok: false, steps: [], failure: { kind: 'configuration', detail: 'the connection leads elsewhere now: type the secret again' } };
            }
        }
        const client = new ScimClient(connectionOf(known, fields, given), { onWarning: () => {} });
        try {
            return await client.test();
        } finally {
            await client.close();
        }
    }
};
