// Types of the package. Those of the operations are generated from the manifest.
import type { Connection, OperationMethods, Operations } from './generated/operations';

export * from './generated/operations';
export * from './generated/errors';

/** How a client reaches its provider. */
export interface ClientOptions {
    /** The threads that calls run on; those that all clients share, unless it is given. */
    pool?: Pool;
    /** Where secrets given as `{"env": "NAME"}` are read; `process.env` unless it is given. `{}` for connections that others write. */
    environment?: { readonly [name: string]: string | undefined };
    /** With `auth: {"type": "host"}`: the value of the header Authorization, asked for before each request to the service. */
    authorization?: () => string | Promise<string>;
    /** Hears what a caller should know although a call succeeded; `process.emitWarning` unless it is given. */
    onWarning?: (warning: string, about: { operation: string }) => void;
    /** A proxy's URL; false for none. HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY count unless it is given. */
    proxy?: string | URL | false;
    /** Certificate authorities, PEM, that are trusted besides Node's own and those of NODE_EXTRA_CA_CERTS. */
    ca?: string | Uint8Array | Array<string | Uint8Array>;
    /** The client's own certificate, PEM. */
    cert?: string | Uint8Array;
    /** Its key, PEM. */
    key?: string | Uint8Array;
    /** Certificate and key together, PKCS#12. */
    pfx?: string | Uint8Array;
    /** What opens `key` or `pfx`. */
    passphrase?: string;
}

/** What is said about one call besides its input. */
export interface CallOptions {
    /** Ends the call: the request that is under way is broken off, and the call rejects with a CanceledError. */
    signal?: AbortSignal;
    /** Milliseconds that the call may take; never more than the connection's `timeouts.totalMs`. */
    deadlineMs?: number;
    /** The run that the call belongs to. */
    runId?: string;
    /** Which attempt this is, from 1. */
    attempt?: number;
}

/** What a call by name gives. */
export interface Outcome<Output = unknown> {
    /** The result; null where there is none, as after a delete. */
    output: Output;
    /** The token of the next page. */
    next?: string;
    /** HTTP requests made, token requests and retries included. */
    requestsMade: number;
    /** What the caller should know although the call succeeded. */
    warnings: string[];
}

/** A page of a listing that is followed to its end. */
export interface ListedPage<Item> {
    /** Its resources, without those that a page before it had. */
    resources: Item[];
    /** Identifiers of resources that came and are left out, since they do not match the filter. */
    leftOut: string[];
    /** Resources in all, as the provider says. */
    totalResults?: number;
    /** `page` of another call's input, which goes on here. */
    next?: string;
    /** Whether the listing ended with this page, and everything came. */
    complete: boolean;
    /** What the caller should know. */
    warnings: string[];
}

/** A listing: awaited it is one page, with `for await` all resources. Nothing is sent before either. */
export interface Listing<Page, Item> extends PromiseLike<Page>, AsyncIterable<Item> {
    catch<Other = never>(reject?: ((error: unknown) => Other | PromiseLike<Other>) | null): Promise<Page | Other>;
    finally(either?: (() => void) | null): Promise<Page>;
    /** All pages. After the last, an IncompleteError where not everything came. */
    pages(): AsyncGenerator<ListedPage<Item>, void, void>;
    [Symbol.asyncIterator](): AsyncGenerator<Item, void, void>;
}

/** A failure as data. */
export interface Failure {
    readonly kind: string;
    readonly detail: string;
    readonly status?: number;
    readonly scimType?: string;
    readonly pointer?: string;
    readonly problems?: Array<{ pointer: string; detail: string }>;
    readonly oauthError?: string;
    readonly retryAfterMs?: number;
    readonly maybeApplied: boolean;
    readonly requestId?: string;
    readonly excerpt?: string;
}

/** What a call fails with; each kind has a class of its own. */
export class ScimError extends Error implements Failure {
    /** What went wrong. */
    readonly kind: string;
    /** What went wrong and what to do, for a person: the message. */
    readonly detail: string;
    /** Whether the same call may be tried again. */
    readonly retryable: boolean;
    /** Whether the provider may have carried out the request although no good answer came back. Never repeat such a call blindly. */
    readonly maybeApplied: boolean;
    /** HTTP status of the answer. */
    readonly status?: number;
    /** The provider's detail error code, for example `uniqueness`. */
    readonly scimType?: string;
    /** Where in the input, a JSON pointer. */
    readonly pointer?: string;
    /** All problems of the input, where it was checked as a whole. */
    readonly problems?: Array<{ pointer: string; detail: string }>;
    /** The token endpoint's error code. */
    readonly oauthError?: string;
    /** How long to wait before another attempt, in milliseconds. */
    readonly retryAfterMs?: number;
    /** The provider's identifier for the request. */
    readonly requestId?: string;
    /** The beginning of an unexpected answer, redacted. */
    readonly excerpt?: string;
    /** Of an IncompleteError: resources that came. */
    readonly listed?: number;
    /** Of an IncompleteError: resources that were announced. */
    readonly totalResults?: number;
}

/** Result of a connection test. */
export interface ConnectionReport {
    /** Whether every step passed. */
    ok: boolean;
    /** The steps in order. */
    steps: Array<{ name: string; status: 'passed' | 'failed' | 'skipped'; detail: string; durationMs: number }>;
    /** Why the first failed step failed. */
    failure?: Failure;
    /** Whether a later attempt may go better. */
    retryable: boolean;
}

/** Threads on which calls run. An idle pool does not keep the process alive. */
export class Pool {
    constructor(options?: { threads?: number });
    /** Ends all threads, and whatever they do. */
    close(): Promise<void>;
}

/** One connection to one provider. It keeps tokens and connections from call to call. */
export class ScimClient {
    constructor(connection: Connection, options?: ClientOptions);
    /** Calls an operation by its name. */
    call<Name extends keyof Operations>(operation: Name, input: Operations[Name]['input'], options?: CallOptions): Promise<Outcome<Operations[Name]['output']>>;
    call(operation: string, input?: unknown, options?: CallOptions): Promise<Outcome>;
    /** Tries the connection step by step. What does not work is a report with `ok: false`. */
    test(options?: { signal?: AbortSignal }): Promise<ConnectionReport>;
    /** The choices of a list that the provider knows; `x-choices` of a field names its source. */
    choices(source: string, options?: { signal?: AbortSignal }): Promise<Array<{ value: string; label: string }>>;
    /** The input schema of an operation with the provider's own attributes. */
    schema(operation: keyof Operations, options?: { signal?: AbortSignal }): Promise<{ [name: string]: unknown }>;
    /** Takes no calls any more, waits for those under way, and lets go of what was kept. */
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}

export interface ScimClient extends OperationMethods {}

/** The manifest: every operation with its forms, the connection's form, the providers. */
export function manifest(): { [name: string]: unknown };
