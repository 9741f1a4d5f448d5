// What a form's fields become: the connection with its secrets, and the input of a call. Fields have JSON pointers as names. It knows
// nothing of Node-RED, and of SCIM what the manifest says.
'use strict';

const names = (pointer) => pointer.split('/').slice(1).map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));

/** Sets the member that a pointer names, with the objects above it. */
function set(target, pointer, value) {
    const path = names(pointer);
    const last = path.pop();
    const own = (object, name) => (Object.hasOwn(object, name) && object[name] !== null && typeof object[name] === 'object' ? object[name] : undefined);
    let at = target;
    for (const name of path) {
        const inside = own(at, name) ?? {};
        Object.defineProperty(at, name, { value: inside, enumerable: true, writable: true, configurable: true });
        at = inside;
    }
    Object.defineProperty(at, last, { value, enumerable: true, writable: true, configurable: true });
}

const get = (value, pointer) => names(pointer).reduce((at, name) => at?.[name], value);

/** The name of a credential: the last of its pointer. */
const credential = (pointer) => names(pointer).at(-1);

/** Whether a kind of credentials has a member. */
function takes(manifest, auth, name) {
    const kinds = manifest.connection.properties.auth.oneOf;
    return kinds.find(({ properties }) => properties.type.const === auth?.type)?.properties[name] !== undefined;
}

/** The connection of a form's fields and credentials. */
function connectionOf(manifest, fields, credentials) {
    const connection = {};
    for (const [pointer, value] of Object.entries(fields)) if (value !== '' && value !== undefined) set(connection, pointer, value);
    for (const pointer of manifest.secrets) {
        const secret = credentials?.[credential(pointer)];
        if (secret && takes(manifest, connection.auth, credential(pointer))) set(connection, pointer, secret);
    }
    return connection;
}

/** What a stored secret may be sent to: where any of these differs, it must be typed again. */
const PLACES = ['/serviceUrl', '/provider', '/organization', '/auth/type', '/auth/tokenUrl', '/auth/name'];
const leadsElsewhere = (fields, stored) => PLACES.some((pointer) => (fields[pointer] ?? '') !== (stored[pointer] ?? ''));

/** The input of a call: a whole one, and over it the fields. What is undefined, or an empty text, is left out. */
function inputOf(whole, fields) {
    const input = structuredClone(whole ?? {});
    for (const [pointer, value] of fields) if (value !== undefined && value !== '') set(input, pointer, value);
    return input;
}

module.exports = { connectionOf, credential, get, inputOf, leadsElsewhere, set };
