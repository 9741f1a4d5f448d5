// Equal ensures wait for each other: two that look at the same time find nobody both, and both create. Which are equal, the
// component says by their keys; they wait within this process and at one service, whichever connection they came by.
'use strict';

const { canceled } = require('./errors.js');

/** The last of those that hold or wait for a key, by service and key. */
const last = new Map();

/**
 * Waits until nobody holds any of the keys; gives what lets go of them. `signal` ends the waiting.
 * @param {string} service @param {string[]} keys @param {AbortSignal} [signal]
 * @returns {Promise<() => void>}
 */
async function take(service, keys, signal) {
    const held = [];
    const free = () => held.splice(0).forEach((release) => release());
    try {
        // Everybody takes them in the same order, so that no two wait for each other.
        for (const key of [...new Set(keys)].sort()) await one(`${service}\n${key}`, held, signal);
    } catch (error) {
        free();
        throw error;
    }
    return free;
}

async function one(name, held, signal) {
    const before = last.get(name);
    let release;
    const mine = new Promise((done) => { release = done; });
    // Whoever comes next waits for all that came before, be it that this one gives up.
    const all = Promise.all([before, mine]);
    last.set(name, all);
    all.then(() => { if (last.get(name) === all) last.delete(name); });
    held.push(release);
    if (before) await unlessAborted(before, signal);
}

function unlessAborted(promise, signal) {
    if (!signal) return promise;
    return new Promise((done, refuse) => {
        const stop = () => refuse(canceled(signal.reason, false));
        if (signal.aborted) return stop();
        signal.addEventListener('abort', stop, { once: true });
        promise.then(() => { signal.removeEventListener('abort', stop); done(); });
    });
}

module.exports = { take };
