// One instance of the transpiled component, on a thread of its own: jco's WASI shim is synchronous and blocks its thread
// for as long as a call runs. An instance serves one connection, so there is one worker for each.
import { parentPort, workerData } from 'node:worker_threads';

const connector = await import(workerData.entry);

parentPort.on('message', ({ id, path, args }) => {
    const [face, name] = path.split('.');
    try {
        parentPort.postMessage({ id, value: connector[face][name](...args) });
    } catch (error) {
        // jco throws a ComponentError whose payload is the WIT error; anything else is a trap or a wrong argument.
        const failure = error.payload;
        parentPort.postMessage(failure?.tag ? { id, failure } : { id, crash: String(error.stack ?? error) });
    }
});
