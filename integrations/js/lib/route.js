// Connections to a server, directly or over a proxy, with TLS where the URL asks for it; and the two agents that keep them. What is
// handed out stands: whatever fails before, the server has surely not got a request. It knows no requests.
'use strict';

const { readFileSync } = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const tls = require('node:tls');
const { proxies, credentials } = require('./proxies.js');

/** How long an idle connection is kept, in milliseconds. Servers that close after 5 s (Node's) would else do so just as a request leaves. */
const KEEP_IDLE = 4000;

/** Why there is no connection: the contract's `transport-error`. */
class NoWay extends Error {
    constructor(reason, detail) {
        super(detail);
        this.transport = { reason, maybeSent: false, detail };
    }
}

const TLS_CODES = /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|CRL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|ERR_OSSL)/;
const UNTRUSTED = /^(ERR_TLS_CERT|CERT_|CRL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH)/;

/** Why a connection does not stand. `handshake`: TCP stands, TLS does not. */
function unconnected(error, handshake = false) {
    if (error instanceof NoWay) return error;
    const code = String(error?.code ?? '');
    if (UNTRUSTED.test(code)) return new NoWay('tls', `the certificate is not trusted (${code}); name a private authority in \`ca\``);
    if (handshake || TLS_CODES.test(code)) return new NoWay('tls', `the TLS handshake failed${code ? ` (${code})` : ''}`);
    if (['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME'].includes(code)) return new NoWay('dns', 'unknown host');
    if (['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'].includes(code)) return new NoWay('refused', 'no route');
    return new NoWay('refused', code === 'ECONNREFUSED' ? 'connection refused' : `no connection${code ? ` (${code})` : ''}`);
}

/** What TLS trusts: Node's own authorities and those of NODE_EXTRA_CA_CERTS, which Node forgets where others are given, and these. */
function authorities(ca) {
    if (ca === undefined) return undefined;
    const extra = process.env.NODE_EXTRA_CA_CERTS;
    const known = tls.getCACertificates?.('default') ?? [...tls.rootCertificates, ...(extra ? [readFileSync(extra)] : [])];
    return [...known, ...[ca].flat()];
}

/** Connections of one client. */
class Route {
    #proxy;
    #tls;
    #sessions = new Map();
    #agents;

    /** @param {{ca?: unknown, cert?: unknown, key?: unknown, pfx?: unknown, passphrase?: string, proxy?: string | URL | false}} options */
    constructor({ ca, cert, key, pfx, passphrase, proxy }) {
        this.#proxy = proxies(proxy);
        const trusted = authorities(ca);
        // Read once: parsing a hundred certificates for each connection takes longer than the handshake. A bad one is told here.
        const own = tls.createSecureContext({ ca: trusted, cert, key, pfx, passphrase });
        this.#tls = { toServer: own, toProxy: cert || key || pfx ? tls.createSecureContext({ ca: trusted }) : own };
        const route = this;
        const keeping = { keepAlive: true, timeout: KEEP_IDLE, scheduling: 'lifo' };
        const createConnection = (options, done) => void route.#connect(options).then((socket) => done(null, socket), done);
        const made = (Agent) => Object.assign(new Agent(keeping), { createConnection });
        this.#agents = { plain: made(http.Agent), secure: made(https.Agent) };
    }

    agent(secure) {
        return secure ? this.#agents.secure : this.#agents.plain;
    }

    /** The proxy that gets requests of this target whole; none where they go straight or through a tunnel. */
    forwarder(target) {
        return target.secure ? undefined : this.#proxy(target);
    }

    close() {
        this.#agents.plain.destroy();
        this.#agents.secure.destroy();
    }

    /** A connection that stands. `attempt` is the exchange that asks for it: it says until when, and can give up. */
    async #connect({ target, attempt }) {
        let timer;
        const late = new Promise((_, refuse) => {
            attempt.giveUp = (error) => refuse(error);
            timer = setTimeout(() => refuse(new NoWay('timeout', 'no connection within the timeout')), attempt.connectMs);
        });
        const opened = [];
        try {
            return await Promise.race([this.#made(target, (socket) => opened.push(socket)), late]);
        } catch (error) {
            for (const socket of opened) socket.destroy();
            throw unconnected(error);
        } finally {
            clearTimeout(timer);
            attempt.giveUp = undefined;
        }
    }

    async #made(target, opens) {
        const proxy = this.#proxy(target);
        const first = proxy
            ? { host: proxy.hostname.replace(/^\[|\]$/g, ''), port: Number(proxy.port || (proxy.protocol === 'https:' ? 443 : 80)) }
            : { host: target.host, port: target.port };
        let socket = await connected(net.connect({ ...first, noDelay: true }), 'connect', opens);
        if (proxy?.protocol === 'https:') socket = await this.#secured(socket, first.host, this.#tls.toProxy, opens);
        if (!target.secure) return socket;
        if (proxy) await tunnel(socket, target, proxy);
        return this.#secured(socket, target.host, this.#tls.toServer, opens, `${target.host}:${target.port}`);
    }

    async #secured(socket, host, secureContext, opens, sessionOf) {
        const session = this.#sessions.get(sessionOf);
        const servername = net.isIP(host) ? '' : host;
        // Said, since NODE_TLS_REJECT_UNAUTHORIZED=0 would else switch it off.
        const options = { socket, host, servername, secureContext, session, rejectUnauthorized: true, ALPNProtocols: ['http/1.1'] };
        const secure = tls.connect(options);
        if (sessionOf) secure.on('session', (ticket) => this.#sessions.set(sessionOf, ticket));
        try {
            return await connected(secure, 'secureConnect', opens);
        } catch (error) {
            this.#sessions.delete(sessionOf);
            throw unconnected(error, true);
        }
    }
}

/** A socket once it stands. */
function connected(socket, event, opens) {
    opens(socket);
    // Whoever uses it hears of errors by its own listeners; one that comes while nobody does must not end the process.
    socket.on('error', () => {});
    return new Promise((done, refuse) => {
        const closed = () => refuse(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
        socket.once('error', refuse);
        socket.once('close', closed);
        socket.once(event, () => {
            socket.off('error', refuse);
            socket.off('close', closed);
            done(socket);
        });
    });
}

/** Has a proxy open a tunnel (RFC 9110 section 9.3.6). */
function tunnel(socket, { host, port }, proxy) {
    const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const known = credentials(proxy);
    const headers = { Host: authority, ...(known && { 'Proxy-Authorization': known }) };
    return new Promise((done, refuse) => {
        const request = http.request({ method: 'CONNECT', path: authority, headers, createConnection: () => socket });
        const answered = ({ statusCode }) => {
            if (statusCode === 407) refuse(new NoWay('denied', 'the proxy wants other credentials'));
            else refuse(new NoWay('refused', `the proxy opened no tunnel (status ${statusCode})`));
        };
        request.once('connect', (answer, tunnelled, head) => {
            if (answer.statusCode >= 200 && answer.statusCode < 300 && head.length === 0) done();
            else answered(answer);
        });
        request.once('response', answered);
        request.once('error', () => refuse(new NoWay('refused', 'the proxy opened no tunnel')));
        request.end();
    });
}

module.exports = { Route, NoWay };
