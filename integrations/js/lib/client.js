// A client: one connection to one provider. It keeps tokens, connections and what it has learnt of the provider from call to call. Calls
// go by name with JSON, where the component checks every value; what an operation is, the component knows.
'use strict';

const { inspect } = require('node:util');
const { OPERATIONS } = require('./generated/operations.js');
const { described, failure, ScimError } = require('./errors.js');
const { Listing } = require('./listing.js');
const { Pool, sharedPool } = require('./pool.js');
const { take } = require('./turns.js');
const { fromJson, toJson, whole } = require('./values.js');
const { Way } = require('./way.js');

const U32 = 2 ** 32 - 1;
const OPTIONS = ['pool', 'environment', 'authorization', 'onWarning', 'proxy', 'ca', 'cert', 'key', 'pfx', 'passphrase'];
const CALL_OPTIONS = ['signal', 'deadlineMs', 'runId', 'attempt'];
const KEYED = new Set(OPERATIONS.filter(({ keyed }) => keyed).map(({ name }) => name));

let clients = 0;

/** Refuses options that do not exist: a misspelt one would be one that is not kept. */
function known(options, names, what) {
    const unknown = Object.keys(options).find((name) => !names.includes(name));
    if (unknown !== undefined) throw failure('configuration', `there is no ${what} \`${unknown}\`; there are ${names.join(', ')}`);
    return options;
}

/** The environment variables that a connection names as secrets. */
function named(value) {
    if (value === null || typeof value !== 'object') return [];
    const here = typeof value.env === 'string' ? [value.env] : [];
    return [...here, ...Object.values(value).flatMap(named)];
}

class ScimClient {
    #number = (clients += 1);
    #connection;
    #names;
    #options;
    #pool;
    #way;
    #resolved;
    #running = new Set();
    #closed = false;

    /**
     * @param {object} connection as the manifest has it: `serviceUrl` or `provider`, and `auth`
     * @param {object} [options]
     */
    constructor(connection, options = {}) {
        this.#options = known(options, OPTIONS, 'option');
        if (options.pool !== undefined && !(options.pool instanceof Pool)) throw failure('configuration', '`pool` must be a Pool');
        this.#connection = toJson(connection);
        this.#names = [...new Set(named(fromJson(this.#connection)))];
        this.#pool = options.pool ?? sharedPool();
        try {
            this.#way = new Way(options);
        } catch (error) {
            if (error instanceof ScimError) throw error;
            // What is wrong with a certificate or key, without quoting it.
            throw failure('configuration', `\`ca\`, \`cert\`, \`key\` or \`pfx\` cannot be read (${error?.code ?? error?.name}); nothing was sent`);
        }
    }

    /**
     * Calls an operation by its name.
     * @returns {Promise<{output: any, next?: string, requestsMade: number, warnings: string[]}>}
     */
    async call(operation, input, options = {}) {
        const { signal, deadlineMs, runId, attempt } = known(options, CALL_OPTIONS, 'option of a call');
        if (typeof operation !== 'string') throw failure('invalidInput', 'the name of an operation is a text');
        const context = {
            runId: runId === undefined ? undefined : String(runId),
            attempt: whole(attempt, 'attempt', 1, U32),
            deadlineMs: whole(deadlineMs, 'deadlineMs', 0, U32),
        };
        const json = toJson(input);
        const outcome = await this.#counted(async () => {
            const { serviceUrl } = await this.#ready(signal);
            const free = KEYED.has(operation) ? await take(serviceUrl, await this.#keys(operation, json, signal), signal) : undefined;
            try {
                return await this.#runtime('invoke', [this.#connection, operation, json, context], signal);
            } finally {
                free?.();
            }
        });
        for (const warning of outcome.warnings) this.#warn(operation, warning);
        return { ...outcome, output: fromJson(outcome.output) };
    }

    /** Tries the connection step by step. What does not work is a report with `ok: false`. */
    async test({ signal, ...others } = {}) {
        known(others, ['signal'], 'option of a test');
        const report = await this.#ask('testConnection', [], signal);
        return { ...report, failure: report.failure && described(report.failure) };
    }

    /** The choices of a list that the provider knows; `x-choices` of a field names its source. */
    async choices(source, { signal } = {}) {
        return this.#ask('choices', [String(source)], signal);
    }

    /** The input schema of an operation with the provider's own attributes. */
    async schema(operation, { signal } = {}) {
        return fromJson(await this.#ask('resolveSchema', [String(operation)], signal));
    }

    /** Takes no calls any more, waits for those under way, and lets go of what was kept. */
    async close() {
        this.#closed = true;
        await Promise.allSettled(this.#running);
        this.#pool.forget(this.#number);
        this.#way.close();
    }

    [inspect.custom]() {
        return 'ScimClient {}';
    }

    /** A function about this connection besides the operations. */
    #ask(name, args, signal) {
        return this.#counted(async () => {
            await this.#ready(signal);
            return this.#runtime(name, [this.#connection, ...args], signal);
        });
    }

    /** What the component makes of the connection; asked once. */
    async #ready(signal) {
        if (this.#resolved) return this.#resolved;
        const resolved = fromJson(await this.#runtime('resolveConnection', [this.#connection], signal));
        if (!this.#resolved) {
            this.#way.allow(resolved);
            this.#resolved = { serviceUrl: resolved.serviceUrl };
        }
        return this.#resolved;
    }

    /** The keys of an ensure. What is wrong with its input is told by the call itself. */
    async #keys(operation, json, signal) {
        try {
            return await this.#runtime('ensureKeys', [operation, json], signal);
        } catch (error) {
            if (error.kind === 'invalidInput') return [];
            throw error;
        }
    }

    async #runtime(name, args, signal) {
        const environment = this.#options.environment ?? process.env;
        const variables = this.#names.flatMap((key) => (typeof environment[key] === 'string' ? [[key, environment[key]]] : []));
        const way = this.#way.ofACall();
        try {
            return await this.#pool.run({ client: this.#number, face: 'runtime', name, args, variables, way, signal });
        } finally {
            way.abort();
        }
    }

    async #counted(work) {
        if (this.#closed) throw failure('closed', 'the client is closed; nothing was sent');
        const running = work();
        this.#running.add(running);
        try {
            return await running;
        } finally {
            this.#running.delete(running);
        }
    }

    #warn(operation, warning) {
        if (this.#options.onWarning) this.#options.onWarning(warning, { operation });
        else process.emitWarning(`${operation}: ${warning}`, { type: 'ScimWarning' });
    }

    static {
        const door = (client) => ({
            call: (...given) => client.call(...given),
            ask: (name, args) => client.#counted(() => client.#runtime(name, args)),
        });
        for (const { name, paginated } of OPERATIONS) {
            const method = paginated
                ? function list(input, options) { return new Listing(door(this), name, input, options); }
                : async function operation(input, options) { return (await this.call(name, input, options)).output; };
            Object.defineProperty(this.prototype, name, { value: method, writable: true, configurable: true });
        }
        if (Symbol.asyncDispose) this.prototype[Symbol.asyncDispose] = this.prototype.close;
    }
}

module.exports = { ScimClient };
