// What the component imports besides its way out: environment, clocks, waiting, randomness. A wait ends early where the call is
// cancelled. It knows nothing of SCIM or HTTP.
import { randomFillSync } from 'node:crypto';

const NANOSECONDS = 1_000_000;

/** `variables` gives the pairs a call may see; `pause(milliseconds)` holds this thread. */
export function imports({ variables, pause }) {
    const now = () => BigInt(Math.round(performance.now() * NANOSECONDS));

    class Pollable {
        #end;

        constructor(end) {
            this.#end = end;
        }

        left() {
            return Number(this.#end - now()) / NANOSECONDS;
        }

        ready() {
            return this.left() <= 0;
        }

        block() {
            pause(this.left());
        }
    }

    /** Waits for the first; where the call is cancelled, all are taken for ready. */
    function poll(list) {
        const ready = () => list.flatMap((one, index) => (one.ready() ? [index] : []));
        const first = ready();
        if (first.length > 0) return Uint32Array.from(first);
        pause(Math.min(...list.map((one) => one.left())));
        const then = ready();
        return Uint32Array.from(then.length > 0 ? then : list.keys());
    }

    return {
        'wasi:cli/environment': { getEnvironment: variables },
        'wasi:clocks/monotonic-clock': {
            now,
            subscribeDuration: (duration) => new Pollable(now() + duration),
            subscribeInstant: (instant) => new Pollable(instant),
        },
        'wasi:clocks/wall-clock': {
            now: () => {
                const milliseconds = Date.now();
                return { seconds: BigInt(Math.floor(milliseconds / 1000)), nanoseconds: (milliseconds % 1000) * NANOSECONDS };
            },
        },
        'wasi:io/poll': { Pollable, poll },
        'wasi:random/random': {
            getRandomBytes: (length) => randomFillSync(new Uint8Array(Number(length))),
            getRandomU64: () => randomFillSync(new BigUint64Array(1))[0],
        },
    };
}
