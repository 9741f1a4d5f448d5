// The way out of one client: its origins and no others, and of each call what it has sent. It knows which of SCIM's requests change
// nothing (RFC 7644), and no more of SCIM.
'use strict';

const { Exchange, target, failed } = require('./exchange.js');
const { Route } = require('./route.js');

/** Whether a request may change something: a search by POST does not (RFC 7644 section 3.4.3), nor does one for a token. */
function isWrite({ method, url }, tokenUrl) {
    if (method === 'get' || url === tokenUrl) return false;
    return !(method === 'post' && url.split('?')[0].endsWith('/.search'));
}

/** The connections of a client, and where they may lead. */
class Way {
    #route;
    #authorization;
    #origins = new Set();
    #service;
    #tokenUrl;

    /** @param {object} options those of a client */
    constructor(options) {
        this.#route = new Route(options);
        this.#authorization = options.authorization;
    }

    /** Takes a connection as the component resolved it. */
    allow({ serviceUrl, auth }) {
        this.#service = new URL(serviceUrl).origin;
        this.#tokenUrl = auth?.tokenUrl;
        this.#origins = new Set([serviceUrl, auth?.tokenUrl].filter((url) => url).map((url) => new URL(url).origin));
        if (auth?.type !== 'host') this.#authorization = undefined;
    }

    /** The way of one call. */
    ofACall() {
        let exchange;
        let isOver = false;
        let applied = false;
        let writing = false;
        return {
            /** Whether the provider may have carried out something that changes. */
            get maybeApplied() {
                return applied || (writing && exchange?.maybeSent === true);
            },
            send: async (request) => {
                exchange?.close();
                const to = target(request.url);
                if (!this.#origins.has(to.origin)) throw failed('denied', false, 'not an origin of this connection');
                const headers = await this.#authorized(request.headers, to);
                if (isOver) throw failed('denied', false, 'the call was cancelled');
                writing = isWrite(request, this.#tokenUrl);
                exchange = new Exchange(this.#route, request.bounds);
                try {
                    const answer = await exchange.send({ ...request, headers, to });
                    applied ||= writing && (answer.status < 300 || answer.status >= 500);
                    return answer;
                } catch (error) {
                    applied ||= writing && error.transport?.maybeSent !== false;
                    throw error;
                } finally {
                    writing = false;
                }
            },
            receive: async () => exchange?.receive() ?? new Uint8Array(),
            abort: () => {
                isOver = true;
                exchange?.close();
            },
        };
    }

    close() {
        this.#route.close();
    }

    /** The headers with those that the program adds, for the service alone. */
    async #authorized(headers, to) {
        if (!this.#authorization || to.origin !== this.#service) return headers;
        let value;
        try {
            value = await this.#authorization();
        } catch {
            throw failed('denied', false, '`authorization` of the options failed');
        }
        return [...headers.filter(([name]) => name.toLowerCase() !== 'authorization'), ['authorization', String(value)]];
    }
}

module.exports = { Way, isWrite };
