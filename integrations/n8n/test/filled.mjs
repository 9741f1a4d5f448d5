// A form as somebody fills it in with an operation's example: parameters of the node as the editor stores them. Which values there are, it
// finds in the schema without the code under test.

/** Pointers of all values of a schema that are no objects of their own. */
export const pointers = (schema, at = '') => (schema.properties && schema.type === 'object' && (at === '' || Object.keys(schema.properties).length > 0)
    ? Object.entries(schema.properties).flatMap(([name, one]) => pointers(one, `${at}/${name}`))
    : [at]);

export const member = (value, pointer) => pointer.split('/').slice(1).reduce((at, name) => at?.[name], value);

/** The parameters that the editor shows for some values. */
export const shown = (all, given) => all.filter(({ displayOptions }) => Object.entries(displayOptions?.show ?? {}).every(([name, allowed]) => allowed.includes(given[name])));
export const ofOperation = (properties, { interface: resource, name }) => shown(properties, { resource, operation: name, returnAll: false });

function stored({ type, options, hint }, value) {
    if (hint?.startsWith('JSON')) return JSON.stringify(value);
    if (type === 'resourceLocator') return { __rl: true, mode: 'id', value };
    if (type !== 'fixedCollection') return value;
    const [{ name: inside, values }] = options;
    const item = (one) => Object.entries(one).map(([name, given]) => [name, stored(values.find((drawn) => drawn.name === name), given)]);
    return { [inside]: value.map((one) => Object.fromEntries(item(one))) };
}

/** The parameters that hold the example of an operation. */
export function filled(form, properties, operation) {
    const own = ofOperation(properties, operation);
    const more = own.find(({ name }) => name === form.MORE).options;
    const given = { [form.MORE]: {} };
    for (const pointer of pointers(operation.input)) {
        const value = member(operation.example, pointer);
        if (value === undefined) continue;
        const name = form.parameter(pointer);
        const top = own.find((one) => one.name === name);
        if (top) given[name] = stored(top, value);
        else given[form.MORE][name] = stored(more.find((one) => one.name === name), value);
    }
    return given;
}
