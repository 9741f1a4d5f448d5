// Which proxy, if any, leads to a URL: the one that was given, or the environment's (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, in
// capitals or not). It knows no requests.
'use strict';

const { BlockList, isIP } = require('node:net');
const { failure } = require('./errors.js');

/** The URL of a proxy; the error quotes nothing, since a password may stand in it. */
function parsed(text, where) {
    const url = tried(text);
    if (url && ['http:', 'https:'].includes(url.protocol) && url.hostname) return url;
    throw failure('configuration', `${where} must be a URL such as http://user:password@proxy.example.com:3128; nothing was sent`);
}

function tried(text) {
    try {
        return new URL(text);
    } catch {
        return undefined;
    }
}

const bare = (host) => host.replace(/^\[|\]$/g, '').replace(/\.$/, '').toLowerCase();

function isLoopback(host) {
    return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Whether a rule of NO_PROXY names a host: `*`, a name with all below it, an address, a block of addresses; each with a port or not. */
function names(rule, host, port) {
    if (rule === '*') return true;
    const kind = isIP(host);
    const [, address, length] = /^\[?([0-9a-f.:]+?)\]?(?:\/(\d+))?$/i.exec(rule) ?? [];
    if (address && isIP(address)) {
        if (!length) return address.toLowerCase() === host;
        const most = isIP(address) === 4 ? 32 : 128;
        if (!kind || isIP(address) !== kind || Number(length) > most) return false;
        const block = new BlockList();
        const family = kind === 4 ? 'ipv4' : 'ipv6';
        block.addSubnet(address, Number(length), family);
        return block.check(host, family);
    }
    const [, name, only] = /^(.*?)(?::(\d+))?$/.exec(rule);
    if (only && Number(only) !== port) return false;
    const wanted = bare(name.replace(/^\*?\./, ''));
    return wanted !== '' && (host === wanted || (!kind && host.endsWith(`.${wanted}`)));
}

/**
 * @param {string | URL | false | undefined} given a proxy's URL; false for none; undefined for the environment's
 * @returns {(target: {secure: boolean, host: string, port: number}) => URL | undefined}
 */
function proxies(given, environment = process.env) {
    if (given === false) return () => undefined;
    if (given !== undefined) {
        const url = parsed(String(given), '`proxy`');
        return () => url;
    }
    const variable = (...these) => these.map((name) => environment[name]).find((value) => value);
    const rules = (variable('no_proxy', 'NO_PROXY') ?? '').split(/[\s,]+/).filter((rule) => rule);
    return ({ secure, host, port }) => {
        const name = bare(host);
        // An environment's proxy is not meant for this machine.
        if (isLoopback(name) || rules.some((rule) => names(rule.toLowerCase(), name, port))) return undefined;
        // Behind CGI a request's header `Proxy` would be HTTP_PROXY.
        const plain = environment.REQUEST_METHOD ? ['http_proxy'] : ['http_proxy', 'HTTP_PROXY'];
        const [from, ...others] = secure ? ['https_proxy', 'HTTPS_PROXY'] : plain;
        const text = variable(from, ...others, 'all_proxy', 'ALL_PROXY');
        return text === undefined ? undefined : parsed(text.includes('://') ? text : `http://${text}`, 'the proxy of the environment');
    };
}

/** The header by which a proxy is told who asks; none where its URL names nobody. */
function credentials({ username, password }) {
    if (!username && !password) return undefined;
    return `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
}

module.exports = { proxies, credentials };
