// One thread: it has instances of the component, one for each client, and carries out one call at a time. Whatever leaves for the
// network goes to the main thread, which answers while this thread waits. It knows nothing of SCIM.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { imports } from './wasi.mjs';

const { modules, glue, incoming, signal } = workerData;
const { instantiate } = await import(glue);

/** Places in `signal`: how often there was something to look at, and the call that is cancelled. */
const [NEWS, CANCELED] = [0, 1];
/** Instances kept at most; the one that was not used for longest goes. */
const MOST_INSTANCES = 16;
/** An instance that has grown beyond this is not kept: its memory never shrinks. */
const LARGEST_KEPT = 64 << 20;

/** The call under way: its number, and the environment variables that it may see. */
let current = { call: 0, variables: [] };
const instances = new Map();

const isCanceled = () => Atomics.load(signal, CANCELED) === current.call;

/** Holds this thread, unless the call is cancelled. */
function pause(milliseconds) {
    const end = performance.now() + milliseconds;
    for (;;) {
        const seen = Atomics.load(signal, NEWS);
        const left = end - performance.now();
        if (left <= 0 || isCanceled()) return;
        Atomics.wait(signal, NEWS, seen, left);
    }
}

/** The next message of the main thread, waited for. */
function heard() {
    for (;;) {
        const seen = Atomics.load(signal, NEWS);
        const message = receiveMessageOnPort(incoming)?.message;
        if (message?.forget) instances.delete(message.forget);
        else if (message) return message;
        else Atomics.wait(signal, NEWS, seen);
    }
}

/** Asks the main thread and waits for its answer; throws what is none, as the contract's `transport-error`. */
function ask(question, transferred) {
    if (isCanceled()) throw { reason: 'denied', maybeSent: false, detail: 'the call was cancelled' };
    parentPort.postMessage({ call: current.call, ...question }, transferred);
    const { error, value } = heard();
    if (error) throw error;
    return value;
}

/** A copy of bytes that lie in the instance's memory. */
const own = (bytes) => (bytes ? new Uint8Array(bytes) : undefined);

const outside = {
    ...imports({ variables: () => current.variables, pause }),
    'scim:connector-parts/outbound': {
        send: (request) => {
            const body = own(request.body);
            return ask({ send: { ...request, body } }, body && [body.buffer]);
        },
        receive: () => ask({ receive: true }),
    },
};

function instance(client, variables) {
    const given = JSON.stringify(variables);
    let known = instances.get(client);
    // An instance reads its environment once.
    if (known?.given !== given) known = { ...made(), given };
    // The last one stands at the end.
    instances.delete(client);
    instances.set(client, known);
    if (instances.size > MOST_INSTANCES) instances.delete(instances.keys().next().value);
    return known;
}

function made() {
    const memories = [];
    const core = (module, given) => {
        const made = new WebAssembly.Instance(module, given);
        if (made.exports.memory) memories.push(made.exports.memory);
        return made;
    };
    const exports = instantiate((name) => modules[name], outside, core);
    return { exports, size: () => Math.max(0, ...memories.map((memory) => memory.buffer.byteLength)) };
}

/** Why the component stopped; of errors that may quote values, the name alone. */
const trap = (error) => (error instanceof WebAssembly.RuntimeError ? `${error.name}: ${error.message}` : String(error?.name ?? 'unknown'));

function carryOut({ call, client, face, name, args, variables }) {
    current = { call, variables };
    try {
        const used = instance(client, variables);
        const value = used.exports[face][name](...args);
        if (used.size() > LARGEST_KEPT) instances.delete(client);
        parentPort.postMessage({ call, done: { value } });
    } catch (error) {
        // The contract's error; anything else is a trap, after which an instance must not be used again.
        const failure = error?.payload;
        if (!failure?.tag) instances.delete(client);
        parentPort.postMessage({ call, done: failure?.tag ? { failure } : { trap: trap(error) } });
    }
}

// This thread has nothing else to do: to be woken here takes less than by its event loop.
for (;;) carryOut(heard());
