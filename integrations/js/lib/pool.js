// A bounded pool of threads. A call has a thread to itself until it ends; others wait their turn. What a call sends is handed to
// whoever made it. It knows nothing of SCIM.
'use strict';

const { readFileSync } = require('node:fs');
const { availableParallelism } = require('node:os');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { MessageChannel, Worker } = require('node:worker_threads');
const { canceled, failure, fromComponent } = require('./errors.js');
const { whole } = require('./values.js');

const COMPONENT = join(__dirname, '..', 'component');
/** Places in the signal that a thread shares; see worker.mjs. */
const [NEWS, CANCELED] = [0, 1];
/** How long a cancelled call may take to notice, in milliseconds, before its thread is ended. */
const GRACE = 2000;
const MOST_THREADS = 256;

/** The component's code, compiled once for all threads. */
let compiled;
function code() {
    const names = JSON.parse(readFileSync(join(COMPONENT, 'modules.json'), 'utf8'));
    const one = async (name) => [name, await WebAssembly.compile(readFileSync(join(COMPONENT, name)))];
    compiled ??= Promise.all(names.map(one)).then(Object.fromEntries);
    return compiled;
}

/** A thread with its worker, and the call that it carries out. */
class Thread {
    #worker;
    #outgoing;
    #signal = new Int32Array(new SharedArrayBuffer(8));
    #job;
    #next = 1;
    #stopping = false;
    /** Clients that have an instance here. */
    clients = new Set();

    constructor(modules, ended) {
        const { port1, port2 } = new MessageChannel();
        this.#outgoing = port1;
        this.#worker = new Worker(join(__dirname, 'worker.mjs'), {
            workerData: {
                modules,
                glue: pathToFileURL(join(COMPONENT, 'connector.js')).href,
                incoming: port2,
                signal: this.#signal,
            },
            transferList: [port2],
            // Nothing of this process but what a call is given.
            env: {},
            execArgv: [],
        });
        this.#worker.unref();
        this.#worker.on('message', (message) => this.#hear(message));
        const gone = (why) => {
            this.#end({ trap: why });
            ended(this);
        };
        this.#worker.on('error', (error) => gone(String(error?.code ?? error?.name)));
        this.#worker.on('exit', () => gone('its thread was ended'));
    }

    get isFree() {
        return this.#job === undefined;
    }

    run(job) {
        const call = this.#next++;
        this.#job = { ...job, call };
        this.clients.add(job.client);
        this.#worker.ref();
        const { client, face, name, args, variables } = job;
        this.#tell({ call, client, face, name, args, variables });
    }

    /** Has the call that is under way end soon, and the thread if it does not. */
    cancel(job) {
        if (this.#job?.done !== job.done) return;
        Atomics.store(this.#signal, CANCELED, this.#job.call);
        this.#wake();
        const { call } = this.#job;
        setTimeout(() => { if (this.#job?.call === call) this.stop(); }, GRACE).unref();
    }

    forget(client) {
        if (this.clients.delete(client)) this.#tell({ forget: client });
    }

    stop() {
        // Or the process would end before whoever waits for this hears of it.
        this.#stopping = true;
        this.#worker.ref();
        return this.#worker.terminate();
    }

    #tell(message, transferred) {
        this.#outgoing.postMessage(message, transferred);
        this.#wake();
    }

    #wake() {
        Atomics.add(this.#signal, NEWS, 1);
        Atomics.notify(this.#signal, NEWS);
    }

    async #hear({ call, send, receive, done }) {
        if (call !== this.#job?.call) return;
        if (done) return this.#end(done);
        const { way } = this.#job;
        let answer;
        try {
            answer = { value: await (receive ? way.receive() : way.send(send)) };
        } catch (error) {
            answer = { error: error.transport ?? { reason: 'internal', maybeSent: true, detail: 'the way out failed' } };
        }
        const { buffer } = answer.value?.body ?? answer.value ?? {};
        if (call === this.#job?.call) this.#tell(answer, buffer instanceof ArrayBuffer ? [buffer] : []);
    }

    #end(result) {
        const job = this.#job;
        if (job === undefined) return;
        this.#job = undefined;
        if (result.trap) this.clients.delete(job.client);
        if (!this.#stopping) this.#worker.unref();
        job.done(result);
    }
}

/** Threads, at most so many at a time, made when they are needed. An idle pool does not keep the process alive. */
class Pool {
    #most;
    #threads = new Set();
    #waiting = [];
    #closed = false;

    /** @param {{threads?: number}} [options] */
    constructor({ threads } = {}) {
        this.#most = whole(threads, 'threads', 1, MOST_THREADS) ?? Math.max(2, Math.min(8, availableParallelism()));
    }

    /**
     * Calls a function of the component.
     * @param {object} call `client`, the number of the client whose instance it is; `face`, `name` and `args` of the function;
     *   `variables`, the environment; `way`, what sends for it, where it sends; `signal`
     */
    async run(call) {
        if (this.#closed) throw failure('closed', 'the pool is closed; nothing was sent');
        const modules = await code();
        return new Promise((resolve, reject) => {
            const { signal, way } = call;
            const job = { ...call, modules };
            const applied = () => ({ maybeApplied: way?.maybeApplied ?? false });
            const stop = () => {
                if (job.thread) job.thread.cancel(job);
                else this.#waiting = this.#waiting.filter((other) => other !== job);
                reject(canceled(signal.reason, applied().maybeApplied));
                way?.abort();
            };
            job.done = ({ value, failure: failed, trap }) => {
                signal?.removeEventListener('abort', stop);
                if (failed) reject(fromComponent(failed));
                else if (trap && this.#closed) reject(failure('closed', 'the pool was closed during the call', applied()));
                else if (trap) reject(failure('internal', `the component stopped: ${trap}`, applied()));
                else resolve(value);
                this.#serve();
            };
            job.refuse = () => reject(failure('closed', 'the pool is closed; nothing was sent'));
            if (signal?.aborted) return reject(canceled(signal.reason, false));
            if (this.#closed) return job.refuse();
            signal?.addEventListener('abort', stop, { once: true });
            this.#waiting.push(job);
            this.#serve();
        });
    }

    /** Lets go of what is kept for a client. */
    forget(client) {
        for (const thread of this.#threads) thread.forget(client);
    }

    /** Ends all threads, and whatever they do. */
    async close() {
        this.#closed = true;
        for (const job of this.#waiting.splice(0)) job.refuse();
        await Promise.all([...this.#threads].map((thread) => thread.stop()));
    }

    #serve() {
        while (this.#waiting.length > 0 && !this.#closed) {
            const thread = this.#free(this.#waiting[0].client) ?? this.#made(this.#waiting[0].modules);
            if (!thread) return;
            const job = this.#waiting.shift();
            job.thread = thread;
            thread.run(job);
        }
    }

    /** A thread without work: one that knows the client, since it has its tokens, or any. */
    #free(client) {
        const free = [...this.#threads].filter((thread) => thread.isFree);
        return free.find((thread) => thread.clients.has(client)) ?? free[0];
    }

    #made(modules) {
        if (this.#threads.size >= this.#most) return undefined;
        const thread = new Thread(modules, (ended) => {
            this.#threads.delete(ended);
            this.#serve();
        });
        this.#threads.add(thread);
        return thread;
    }
}

/** The pool of clients that name none. */
let shared;
const sharedPool = () => (shared ??= new Pool());

module.exports = { Pool, sharedPool };
