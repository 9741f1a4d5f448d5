// scim2-server behind a certified OAuth 2.0 token endpoint (oidc-provider) that issues short-lived opaque tokens.
//
//   node guard.mjs --modules target/servers/node --venv target/servers/venv
//       [--port 0] [--token-port 0] [--token-lifetime 60]   seconds, as announced in expires_in and kept
//       [--accept-seconds 0]    refuse a token that many seconds after issue, although it promised more; 0: keep the promise
//       [--scope NAME]          refuse tokens without this scope: 403 (RFC 6750 section 3.1)
//   environment: SCIM_TEST_CLIENT_SECRET (else a fresh one)
//
// Two origins, as with real providers: the token endpoint and the SCIM service. The SCIM side checks each token and
// forwards the request with scim2-server's own token, which no client ever sees.
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fail, lateServer, listen, options, packages, ready, scimError, secret } from './common.mjs';

const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'expect'];

/** Starts scim2-server as a child; gives its ready line. It ends when this process does: it reads our end of its stdin. */
function startUpstream(venv) {
    const python = join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
    const script = fileURLToPath(new URL('scim2.py', import.meta.url));
    const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    process.on('exit', () => child.kill());
    return new Promise((done) => {
        child.on('error', (error) => fail(`scim2-server did not start: ${error.message}`));
        child.on('exit', (code) => fail(`scim2-server ended with exit code ${code}`));
        createInterface(child.stdout).once('line', (line) => done(JSON.parse(line)));
    });
}

/** A client of the token endpoint, in oidc-provider's words. */
const client = (id, method, rest) => ({
    client_id: id,
    token_endpoint_auth_method: method,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    ...rest,
});

/** Two key pairs for private_key_jwt, by the algorithm that signs with them. */
function signingKeys() {
    const pairs = {
        ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
        RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    };
    return Object.entries(pairs).map(([alg, pair]) => ({
        alg,
        keyId: `test-${alg.toLowerCase()}`,
        privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }),
        jwk: pair.publicKey.export({ format: 'jwk' }),
    }));
}

/** The token endpoint. */
function authorizationServer(Provider, issuer, { clientSecret, keys, lifetime, scope }) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return new Provider(issuer, {
        clients: [
            client('client-basic', 'client_secret_basic', { client_secret: clientSecret }),
            client('client-post', 'client_secret_post', { client_secret: clientSecret }),
            client('client-jwt', 'private_key_jwt', {
                jwks: { keys: keys.map(({ alg, keyId, jwk }) => ({ ...jwk, alg, kid: keyId, use: 'sig' })) },
            }),
        ],
        clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
        cookies: { keys: [randomUUID()] },
        features: {
            clientCredentials: { enabled: true },
            devInteractions: { enabled: false },
            introspection: { enabled: true },
        },
        jwks: { keys: [privateKey.export({ format: 'jwk' })] },
        responseTypes: [],
        scopes: ['openid', 'offline_access', 'scim', ...(scope ? [scope] : [])],
        ttl: { ClientCredentials: Number(lifetime) },
    });
}

/** Refuses a request as RFC 6750 section 3 says. */
function refuse(response, status, detail, code) {
    const challenge = `Bearer realm="scim"${code ? `, error="${code}", error_description="${detail}"` : ''}`;
    response.writeHead(status, { 'www-authenticate': challenge, 'content-type': 'application/scim+json' });
    response.end(scimError(status, detail));
}

/** The reverse proxy: checks the token, then forwards. Bodies are read whole, since HTTP/1.0 knows no chunks. */
function guard(provider, upstream, { accept, scope }) {
    return async (request, response) => {
        const body = await buffer(request);
        const [, value] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
        if (!value) return refuse(response, 401, 'no bearer token');
        const token = await provider.ClientCredentials.find(value);
        const tooOld = accept > 0 && token && Date.now() / 1000 >= token.iat + accept;
        if (!token?.isValid || tooOld) return refuse(response, 401, 'the access token is invalid or has expired', 'invalid_token');
        if (scope && !token.scope?.split(' ').includes(scope)) {
            return refuse(response, 403, `the access token lacks the scope ${scope}`, 'insufficient_scope');
        }

        const headers = { ...request.headers, authorization: `Bearer ${upstream.bearer}` };
        for (const name of HOP_BY_HOP) delete headers[name];
        if (body.length > 0) headers['content-length'] = String(body.length);
        const forward = httpRequest(new URL(request.url, upstream.serviceUrl), { method: request.method, headers, agent: false });
        forward.on('response', (answer) => {
            const answerHeaders = { ...answer.headers };
            for (const name of HOP_BY_HOP) delete answerHeaders[name];
            response.writeHead(answer.statusCode, answerHeaders);
            answer.pipe(response);
        });
        forward.on('error', (error) => {
            if (response.headersSent) return response.destroy();
            response.writeHead(502, { 'content-type': 'application/scim+json' });
            response.end(scimError(502, `scim2-server: ${error.message}`));
        });
        forward.end(body);
    };
}

const given = options({
    modules: undefined, venv: undefined, port: '0', 'token-port': '0', 'token-lifetime': '60', 'accept-seconds': '0', scope: '',
});
try {
    const { Provider } = await packages(given.modules).import('oidc-provider');
    const upstream = await startUpstream(given.venv);
    const clientSecret = secret('SCIM_TEST_CLIENT_SECRET');
    const keys = signingKeys();
    const { scope } = given;

    const tokenServer = lateServer();
    const issuer = await listen(tokenServer, given['token-port']);
    const provider = authorizationServer(Provider, issuer, { clientSecret, keys, lifetime: given['token-lifetime'], scope });
    tokenServer.handler = provider.callback();

    const service = lateServer();
    service.handler = guard(provider, upstream, { accept: Number(given['accept-seconds']), scope });
    const origin = await listen(service, given.port);

    ready({
        serviceUrl: `${origin}/v2`,
        tokenUrl: `${issuer}/token`,
        clientId: 'client-basic',
        clientSecret,
        tokenLifetime: Number(given['token-lifetime']),
        clients: {
            basic: { clientId: 'client-basic', clientSecret },
            post: { clientId: 'client-post', clientSecret },
            privateKeyJwt: Object.fromEntries(keys.map(({ alg, keyId, privateKey }) => [alg, { clientId: 'client-jwt', keyId, privateKey }])),
        },
    });
} catch (error) {
    fail(error.stack);
}
