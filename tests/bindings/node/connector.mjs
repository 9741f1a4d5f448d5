// The component as a Node program meets it: transpiled once by jco, then called through worker threads.
// It knows nothing of SCIM.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { packages } from '../../servers/common.mjs';

// As the jco command does: an error is thrown as a ComponentError. The library would throw the bare WIT error.
const OPTIONS = { name: 'connector', noComponentErrorWrapping: false };
const PREFIX = 'connector-';

/** Transpiles the component below the folder of the packages (its output imports one of them); gives the entry's URL. */
export async function transpiled(component, modules) {
    const bytes = await readFile(component);
    const lock = await readFile(join(modules, 'package-lock.json'));
    const key = createHash('sha256').update(bytes).update(lock).update(JSON.stringify(OPTIONS)).digest('hex').slice(0, 16);
    const folder = resolve(modules, PREFIX + key);
    if (!existsSync(folder)) {
        const older = (await readdir(modules)).filter((name) => name.startsWith(PREFIX));
        await Promise.all(older.map((name) => rm(join(modules, name), { recursive: true })));
        const { transpileBytes, writeFiles } = await packages(modules).import('@bytecodealliance/jco-transpile');
        const draft = await mkdtemp(`${folder}-`);
        const { files } = await transpileBytes(bytes, { ...OPTIONS, outDir: draft });
        await writeFiles(files);
        await writeFile(join(draft, 'package.json'), '{"type": "module"}\n');
        // Renamed when complete, so that a run that was cut short leaves nothing that looks whole.
        await rename(draft, folder);
    }
    return pathToFileURL(join(folder, 'connector.js')).href;
}

/** A failed call; `error` is the WIT error, `{tag: 'permanent-failure' | 'transient-failure', val: failure}`. */
export class CallFailed extends Error {
    constructor(path, error) {
        super(`${path}: ${error.tag}: ${error.val?.detail}`);
        this.error = error;
    }
}

/** One instance on its worker thread. */
export class Connector {
    #worker;
    #calls = new Map();
    #next = 0;

    constructor(entry) {
        this.#worker = new Worker(new URL('worker.mjs', import.meta.url), { workerData: { entry } });
        this.#worker.on('message', ({ id, ...answer }) => {
            const { path, resolve, reject } = this.#calls.get(id);
            this.#calls.delete(id);
            if (answer.failure) reject(new CallFailed(path, answer.failure));
            else if (answer.crash) reject(new Error(`${path}: ${answer.crash}`));
            else resolve(answer.value);
        });
        this.#worker.on('error', (error) => this.#abandon(error.message));
        this.#worker.on('exit', () => this.#abandon('the worker ended'));
    }

    /** Nobody will answer the calls that are under way. */
    #abandon(reason) {
        for (const { path, reject } of this.#calls.values()) reject(new Error(`${path}: ${reason}`));
        this.#calls.clear();
    }

    /** Calls `interface.function`, for example `users.createUser`. */
    call(path, ...args) {
        return new Promise((resolve, reject) => {
            const id = this.#next++;
            this.#calls.set(id, { path, resolve, reject });
            this.#worker.postMessage({ id, path, args });
        });
    }

    /** Ends the thread, even in the middle of a call. */
    stop() {
        return this.#worker.terminate();
    }
}
