// One HTTP exchange as the contract between the component's parts has it (`outbound`): a request goes out, the head of its answer
// comes in with the beginning of its body, the rest piece by piece, within bounds of time and size. Redirects are not followed,
// nothing is repeated. Whatever it fails with says whether the request may have been seen.
'use strict';

const http = require('node:http');
const https = require('node:https');
const zlib = require('node:zlib');
const { credentials } = require('./proxies.js');

/** Most of a body that crosses at once, in bytes. */
const PIECE = 256 * 1024;
/** Longest head of an answer, in bytes. */
const LARGEST_HEAD = 64 * 1024;
/** Interim answers (1xx) that one request may get. */
const MOST_INTERIM = 100;
/** Longest time that a timer counts, in milliseconds. */
const LONGEST = 2 ** 31 - 1;
/** What is asked for. `deflate` is understood but not asked for: some servers send it without its zlib wrapper. */
const ACCEPTED = 'gzip, br';

/** Headers that are the connection's, not the request's (RFC 9110 section 7.6.1): whoever could set them could smuggle requests. */
const OF_THE_CONNECTION = new Set([
    'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'transfer-encoding', 'upgrade', 'host',
    'http2-settings',
]);

/** What the server says of our certificate. It reads nothing until it has accepted the client (RFC 8446 section 4.4.4). */
const ABOUT_OUR_CERTIFICATE = /ALERT_(CERTIFICATE_REQUIRED|UNKNOWN_CA|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE)$/;

/** A failure as the contract has it. */
function failed(reason, maybeSent, detail) {
    return Object.assign(new Error(detail), { transport: { reason, maybeSent, detail } });
}

const unsendable = (what) => failed('internal', false, `the ${what} cannot be sent`);
const milliseconds = (wanted) => Math.min(Number(wanted), LONGEST);

/** Where a URL leads. By hand, since `URL` would resolve `/Users/%2e%2e`, an identifier, to another resource. */
function target(url) {
    const [, scheme, authority, rest] = /^(https?):\/\/([^/?#@\\\s]+)([/?][^#\s]*)?$/.exec(url) ?? [];
    if (!scheme) throw unsendable('URL');
    let parsed;
    try {
        parsed = new URL(`${scheme}://${authority}`);
    } catch {
        throw unsendable('URL');
    }
    const secure = scheme === 'https';
    const path = rest === undefined ? '/' : rest.startsWith('?') ? `/${rest}` : rest;
    const host = parsed.hostname.replace(/^\[|\]$/g, '');
    return { secure, host, port: Number(parsed.port || (secure ? 443 : 80)), path, origin: parsed.origin, authority: parsed.host };
}

/** Headers as Node takes them: names with all their values, each UTF-8 byte a character. */
function outgoing(headers, body) {
    const fields = Object.create(null);
    for (const [name, value] of headers) {
        const known = name.toLowerCase();
        if (OF_THE_CONNECTION.has(known) || known === 'content-length') throw unsendable('headers');
        (fields[known] ??= []).push(Buffer.from(value, 'utf8').toString('latin1'));
    }
    if (body) fields['content-length'] = [String(body.length)];
    return fields;
}

/** Headers of an answer in order, without those in `without`. */
function incoming(raw, without) {
    const headers = [];
    for (let at = 0; at + 1 < raw.length; at += 2) {
        if (!without.includes(raw[at].toLowerCase())) headers.push([raw[at].toLowerCase(), Buffer.from(raw[at + 1], 'latin1').toString('utf8')]);
    }
    return headers;
}

/** The decoder that an answer needs. */
function decoder(coding) {
    switch (coding?.trim().toLowerCase()) {
        case undefined: case '': case 'identity': return undefined;
        case 'gzip': case 'x-gzip': return zlib.createGunzip();
        case 'deflate': return zlib.createInflate();
        case 'br': return zlib.createBrotliDecompress();
        default: throw failed('malformed', true, 'malformed HTTP');
    }
}

/** What an error on a connection that stood means before the answer's head. */
function before(error) {
    const code = String(error?.code ?? '');
    if (ABOUT_OUR_CERTIFICATE.test(code)) return failed('tls', false, 'the server refused the TLS handshake');
    if (/^(HPE_|ERR_HTTP|ERR_INVALID|ERR_UNESCAPED)/.test(code)) return failed('malformed', true, 'malformed HTTP');
    return failed('closed', true, 'the connection was closed');
}

/** The same in the body of the answer. */
function within(error) {
    const code = String(error?.code ?? '');
    if (/^(HPE_|Z_DATA|ERR__ERROR|ERR_BROTLI|ERR_PADDING|Z_NEED)/.test(code)) return failed('malformed', true, 'malformed HTTP');
    return failed('closed', true, 'the answer broke off');
}

class Exchange {
    #route;
    #bounds;
    #request;
    #stream;
    #chunks = [];
    #size = 0;
    #received = 0;
    #over = false;
    #failure;
    #wake;
    #phase;
    #total;
    /** What the route reads while it connects. */
    #attempt;
    /** Whether the server may have the request. */
    maybeSent = false;

    constructor(route, bounds) {
        this.#route = route;
        this.#bounds = bounds;
        this.#attempt = { connectMs: milliseconds(bounds.connectMs), giveUp: undefined };
    }

    /** Sends, and gives the head with the beginning of the body. */
    async send({ method, headers, body, to }) {
        const fields = outgoing(headers, body);
        const decodes = !('accept-encoding' in fields);
        if (decodes) fields['accept-encoding'] = [ACCEPTED];
        const answer = await this.#head({ method: method.toUpperCase(), fields, body, to });
        const coded = decodes && answer.headers['content-encoding'] !== undefined;
        // What goes wrong from here on is told when the next piece is asked for: the head is the caller's.
        try {
            this.#read(answer, coded ? decoder(answer.headers['content-encoding']) : undefined);
            await this.#gathered();
        } catch (error) {
            this.#fail(error);
        }
        const piece = this.#failure ? new Uint8Array() : this.#taken();
        const more = this.#failure !== undefined || !this.#over || this.#size > 0;
        const about = coded ? ['content-encoding', 'content-length'] : [];
        return { status: answer.statusCode, headers: incoming(answer.rawHeaders, about), body: piece, more };
    }

    /** The next piece; an empty one is the end. */
    async receive() {
        if (!this.#failure) await this.#gathered();
        if (this.#failure) throw this.#failure;
        return this.#taken();
    }

    /** Ends it, wherever it is. */
    close() {
        if (!this.#over) this.#fail(failed('closed', this.maybeSent, 'the call was cancelled'));
    }

    #head({ method, fields, body, to }) {
        return new Promise((resolve, refuse) => {
            const proxy = this.#route.forwarder(to);
            const known = proxy && credentials(proxy);
            if (known) fields['proxy-authorization'] = [known];
            const path = proxy ? `http://${to.authority}${to.path}` : to.path;
            let interim = 0;
            this.#wake = () => refuse(this.#failure);
            try {
                this.#request = (to.secure ? https : http).request({
                    method,
                    path,
                    headers: { ...fields, host: to.authority },
                    host: to.host,
                    port: to.port,
                    agent: this.#route.agent(to.secure),
                    maxHeaderSize: LARGEST_HEAD,
                    target: to,
                    attempt: this.#attempt,
                });
            } catch {
                return refuse(unsendable('headers'));
            }
            const request = this.#request;
            request.setNoDelay(true);
            const { totalMs, firstByteMs } = this.#bounds;
            this.#total = setTimeout(() => this.#fail(failed('timeout', this.maybeSent, this.#late())), milliseconds(totalMs));
            request.once('socket', () => {
                this.maybeSent = true;
                this.#within(firstByteMs, 'no answer within the timeout');
            });
            request.on('information', () => { if ((interim += 1) > MOST_INTERIM) this.#fail(failed('malformed', true, 'malformed HTTP')); });
            request.once('upgrade', (_, socket) => {
                socket.destroy();
                this.#fail(failed('malformed', true, 'malformed HTTP'));
            });
            request.on('error', (error) => this.#fail(error.transport ? error : this.#stream ? within(error) : before(error)));
            request.once('response', (answer) => {
                clearTimeout(this.#phase);
                this.#wake = undefined;
                resolve(answer);
            });
            request.end(body);
        });
    }

    /** From now on something must happen within so many milliseconds. */
    #within(wanted, otherwise) {
        clearTimeout(this.#phase);
        this.#phase = setTimeout(() => this.#fail(failed('timeout', true, otherwise)), milliseconds(wanted));
    }

    #goesOn() {
        this.#within(this.#bounds.betweenBytesMs, 'the answer stopped for longer than the timeout');
    }

    #late() {
        return this.#stream ? `the answer went on after ${this.#received} bytes` : 'no answer within the timeout';
    }

    /** Gathers the body as it comes, a piece at most. */
    #read(answer, coder) {
        const limit = Number(this.#bounds.responseBytes);
        this.#stream = answer;
        const source = coder ?? answer;
        this.#goesOn();
        answer.on('error', (error) => this.#fail(within(error)));
        answer.on('close', () => { if (!answer.complete) this.#fail(failed('closed', true, 'the answer broke off')); });
        if (coder) {
            coder.on('error', (error) => this.#fail(within(error)));
            answer.on('data', () => this.#phase.refresh());
            answer.pipe(coder);
        }
        this.#stream = source;
        source.on('data', (chunk) => {
            this.#received += chunk.length;
            if (this.#received > limit) return this.#fail(failed('too-large', true, 'the answer is too large'));
            this.#chunks.push(chunk);
            this.#size += chunk.length;
            this.#phase.refresh();
            if (this.#size >= PIECE) {
                source.pause();
                clearTimeout(this.#phase);
                this.#wake?.();
            }
        });
        source.on('end', () => {
            this.#over = true;
            this.#settle();
        });
    }

    /** Waits until there is a piece, the body has ended, or something went wrong. */
    async #gathered() {
        if (this.#over || this.#failure || this.#size >= PIECE) return;
        const news = new Promise((done) => { this.#wake = done; });
        if (this.#stream.isPaused()) {
            this.#goesOn();
            this.#stream.resume();
        }
        await news;
        this.#wake = undefined;
    }

    /** What there is, a piece at most, as bytes of their own. */
    #taken() {
        const piece = new Uint8Array(Math.min(this.#size, PIECE));
        let at = 0;
        while (at < piece.length) {
            const [chunk] = this.#chunks;
            const taken = chunk.subarray(0, piece.length - at);
            piece.set(taken, at);
            at += taken.length;
            if (taken.length === chunk.length) this.#chunks.shift();
            else this.#chunks[0] = chunk.subarray(taken.length);
        }
        this.#size -= piece.length;
        return piece;
    }

    #settle() {
        clearTimeout(this.#phase);
        clearTimeout(this.#total);
        this.#wake?.();
    }

    #fail(error) {
        if (this.#failure || this.#over) return;
        this.#failure = error.transport ? error : failed('internal', this.maybeSent, 'the way out failed');
        this.#chunks = [];
        this.#size = 0;
        this.#settle();
        this.#attempt.giveUp?.(this.#failure);
        this.#request?.destroy();
        this.#stream?.destroy();
    }
}

module.exports = { Exchange, target, failed };
