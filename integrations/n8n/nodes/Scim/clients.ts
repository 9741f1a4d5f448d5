// The clients of credentials, one for each, so that its tokens and sockets are kept from run to run.
import { ScimClient, manifest as told } from '../../client/lib/index.js';
import type { Manifest } from './form.ts';
import { connection } from './values.ts';

export const manifest = told() as Manifest;

/** Those that were used last; one that has not been used for long is closed. */
const MOST = 32;
const clients = new Map<string, ScimClient>();

/** Makes a client of a credential's data. Who writes a credential must not read the environment of the process. */
export const made = (data: object) => new ScimClient(connection(manifest, { ...data }) as never, { environment: {}, onWarning: () => {} });

/** The client of a credential. */
export function clientOf(data: object): ScimClient {
	const key = JSON.stringify(data);
	const client = clients.get(key) ?? made(data);
	clients.delete(key);
	clients.set(key, client);
	if (clients.size > MOST) {
		const [[oldest, unused]] = clients;
		clients.delete(oldest);
		void unused.close();
	}
	return client;
}
