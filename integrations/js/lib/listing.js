// A whole listing, page by page. It holds one page at a time, and sixteen bytes of each resource there was; who is new on a page, where
// the next one is, and whether everything came, the component decides.
'use strict';

const { failure } = require('./errors.js');

const KEY = 16;

/** Sixteen-byte digests, in a table of their own: a Set of a million takes several times the space. */
class Digests {
    #table = new BigUint64Array(2 * 1024);
    #count = 0;

    has(high, low) {
        const at = this.#place(high, low);
        return this.#table[at] === high && this.#table[at + 1] === low;
    }

    add(high, low) {
        if (this.has(high, low)) return;
        if (this.#count * 4 > this.#table.length) this.#grow();
        const at = this.#place(high, low);
        this.#table[at] = high;
        this.#table[at + 1] = low;
        this.#count += 1;
    }

    /** Where a digest is, or would be. An empty place has two zeros, which no digest has. */
    #place(high, low) {
        const places = this.#table.length / 2;
        let at = Number(low & 0xffffffffn) % places;
        for (;;) {
            const [there, then] = [this.#table[2 * at], this.#table[2 * at + 1]];
            if ((there === 0n && then === 0n) || (there === high && then === low)) return 2 * at;
            at = (at + 1) % places;
        }
    }

    #grow() {
        const before = this.#table;
        this.#table = new BigUint64Array(before.length * 2);
        this.#count = 0;
        for (let at = 0; at < before.length; at += 2) if (before[at] !== 0n || before[at + 1] !== 0n) this.add(before[at], before[at + 1]);
    }
}

/** The two halves of each digest of a list of bytes. */
function* halves(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at + KEY <= bytes.byteLength; at += KEY) yield [view.getBigUint64(at), view.getBigUint64(at + 8), at];
}

/** JSON text that is the same whatever order the members came in. */
function canonical(value) {
    if (typeof value === 'bigint') return String(value);
    if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
    if (value === null || typeof value !== 'object') return JSON.stringify(value);
    const members = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
    return `{${members.join()}}`;
}

/** What tells a resource from others, as the contract's `walked-page` has it; `mixed` where there are several types. */
function identity(resource, mixed) {
    const { id, meta } = Object(resource);
    const known = typeof id === 'string' ? id : ['number', 'bigint'].includes(typeof id) ? String(id) : '';
    if (known === '') return canonical(resource);
    return mixed && typeof meta?.resourceType === 'string' ? `${meta.resourceType}/${known}` : known;
}

const text = (value) => (typeof value === 'string' ? value : undefined);
/** What the component takes as u64; it has checked the input, so that whatever else stands here is none. */
const count = (value) => (Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : typeof value === 'bigint' && value >= 0n ? BigInt.asUintN(64, value) : undefined);

/** A listing under way over its pages. */
class Walk {
    #seen = new Digests();
    #progress = '';

    /** What a page means. `ask` calls a function of the component without network. */
    async judge(ask, page) {
        const keys = await ask('pageKeys', [[...page.ids, ...page.leftOut]]);
        // Those of this page alone: a walk may be long.
        const known = [...halves(keys)].filter(([high, low]) => this.#seen.has(high, low)).map(([, , at]) => keys.subarray(at, at + KEY));
        const verdict = await ask('pageVerdict', [{ progress: this.#progress, seen: Uint8Array.from(Buffer.concat(known)) }, page]);
        for (const [high, low] of halves(verdict.added)) this.#seen.add(high, low);
        this.#progress = verdict.progress;
        return verdict;
    }
}

/**
 * What a listing operation gives: awaited it is one page, with `for await` all resources. Nothing is sent before either.
 */
class Listing {
    #call;
    #ask;
    #operation;
    #input;
    #options;
    #page;

    constructor({ call, ask }, operation, input, options) {
        this.#call = call;
        this.#ask = ask;
        this.#operation = operation;
        this.#input = input;
        this.#options = options;
    }

    /** One page, as the provider gives it. */
    then(resolve, reject) {
        this.#page ??= this.#call(this.#operation, this.#input, this.#options).then(({ output }) => output);
        return this.#page.then(resolve, reject);
    }

    catch(reject) {
        return this.then(undefined, reject);
    }

    finally(either) {
        return this.then().finally(either);
    }

    /** All pages, each with those resources that none before it had; an IncompleteError after the last where not everything came. */
    async *pages() {
        const walk = new Walk();
        let input = { ...this.#input };
        let listed = 0;
        for (;;) {
            const { output, next: following, warnings } = await this.#call(this.#operation, input, this.#options);
            const { Resources: resources = [], leftOut = [], totalResults, complete } = output;
            const ids = resources.map((resource) => identity(resource, this.#operation === 'search'));
            const page = { ids, leftOut, totalResults: count(totalResults), next: following, complete: complete === true };
            const asked = { page: text(input.page), startIndex: count(input.startIndex), cursor: text(input.cursor) };
            const verdict = await walk.judge(this.#ask, { ...page, ...asked });
            const fresh = Array.from(verdict.fresh, (place) => resources[place]);
            listed += fresh.length;
            const { next } = verdict;
            yield { resources: fresh, leftOut, totalResults, next, complete: verdict.complete, warnings };
            if (next === undefined) {
                if (!verdict.complete) throw incomplete(listed, totalResults);
                return;
            }
            // The token stands for the position.
            const { startIndex: _, cursor: __, ...rest } = input;
            input = { ...rest, page: next };
        }
    }

    /** All resources; an IncompleteError after the last where not everything came. */
    async *[Symbol.asyncIterator]() {
        for await (const { resources } of this.pages()) yield* resources;
    }
}

function incomplete(listed, totalResults) {
    const announced = totalResults === undefined ? 'how many there are is not said' : `${totalResults} are announced`;
    const detail = `the listing is not complete: ${listed} resources came, ${announced}; what is missing may still exist`;
    return failure('incomplete', detail, { listed, totalResults });
}

module.exports = { Listing, Digests, identity };
