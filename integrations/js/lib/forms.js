// Forms of the manifest, for canvases that draw them: which fields a schema has, what each is, and what filled-in fields become. Fields
// have JSON pointers as names. It knows no canvas, and of SCIM what the manifest says.
'use strict';

const names = (pointer) => pointer.split('/').slice(1).map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));

const inside = (schema) => schema.type === 'object' && Object.keys(schema.properties ?? {}).length > 0;
const order = ([, one], [, other]) => (one['x-order'] ?? 999) - (other['x-order'] ?? 999);

/**
 * The fields of a schema in the order of its form: those of objects in it by themselves, with the titles of what they stand in.
 * @returns {Array<{pointer: string, name: string, schema: object, needed: boolean, group: string, above: string[]}>}
 */
function leaves(schema, pointer = '', group = 'primary', required = true) {
    return Object.entries(schema.properties ?? {}).sort(order).flatMap(([name, member]) => {
        const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        const needed = required && (schema.required ?? []).includes(name);
        const where = group === 'advanced' ? group : (member['x-group'] ?? 'primary');
        if (inside(member)) return leaves(member, at, where, needed).map((leaf) => ({ ...leaf, above: [member.title, ...leaf.above] }));
        return [{ pointer: at, name, schema: member, needed, group: where, above: [] }];
    });
}

/** What a field's value is: one of `enum`, `boolean`, `number`, `string`, `strings`, `objects`, or `json` for anything else. */
function kind({ type, enum: values, items, format }) {
    const types = [type].flat();
    if (values) return 'enum';
    if (types.includes('boolean')) return 'boolean';
    if (types.some((one) => one === 'integer' || one === 'number')) return 'number';
    if (type === 'string' || format === 'password') return 'string';
    if (type !== 'array') return 'json';
    if (items?.type === 'object' && Object.values(items.properties ?? {}).every((member) => !member.properties && member.type !== 'array')) return inside(items) ? 'objects' : 'json';
    return items?.type === 'string' || items?.anyOf?.some((one) => one.type === 'string') ? 'strings' : 'json';
}

/** Sets the member that a pointer names, with the objects above it. */
function set(target, pointer, value) {
    const path = names(pointer);
    const last = path.pop();
    const own = (object, name) => (Object.hasOwn(object, name) && object[name] !== null && typeof object[name] === 'object' ? object[name] : undefined);
    let at = target;
    for (const name of path) {
        const below = own(at, name) ?? {};
        Object.defineProperty(at, name, { value: below, enumerable: true, writable: true, configurable: true });
        at = below;
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

module.exports = { connectionOf, credential, get, inputOf, kind, leadsElsewhere, leaves, set };
