// Draws forms from the manifest's schemas, in the editor: a connection's fields as they are, an operation's as typed inputs. Fields have
// JSON pointers as names. What a field is, in which order and group, the manifest says.
/* global RED, $ */
(() => {
    let asked;
    /** The manifest, once. */
    const manifest = () => (asked ??= $.getJSON('scim-connector/manifest'));

    const inside = (schema) => schema.type === 'object' && schema.properties && Object.keys(schema.properties).length > 0;
    const order = ([, one], [, other]) => (one['x-order'] ?? 999) - (other['x-order'] ?? 999);

    /** The leaves of a schema in order: pointer, schema, whether it must be there, in which group. */
    function leaves(schema, pointer = '', group = 'primary', required = true) {
        return Object.entries(schema.properties ?? {}).sort(order).flatMap(([name, member]) => {
            const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
            const needed = required && (schema.required ?? []).includes(name);
            const where = group === 'advanced' ? group : (member['x-group'] ?? 'primary');
            if (inside(member)) return leaves(member, at, where, needed).map((leaf) => ({ ...leaf, above: [member.title, ...leaf.above] }));
            return [{ pointer: at, name, schema: member, needed, group: where, above: [] }];
        });
    }

    /** A row with its label; what it is for stands in the tooltip and below where it is focused. */
    function row({ pointer, schema, above, needed }, field) {
        const title = [...above.slice(1), schema.title ?? pointer].join(': ');
        const label = $('<label>').text(title).attr({ for: field.attr('id'), title: schema.description }).append(needed ? $('<span class="scim-needed">').text(' *') : '');
        return $('<div class="form-row scim-row">').append(label, field);
    }

    /** What is drawn below a heading that opens. */
    function advanced(rows, { isOpen, title = 'More' } = {}) {
        if (rows.length === 0) return $();
        return $('<details class="scim-advanced">').attr('open', isOpen).append($('<summary>').text(title), rows);
    }

    const example = ({ examples: [first] = [] }) => (first === undefined ? '' : typeof first === 'string' ? first : JSON.stringify(first));
    const kind = ({ type, enum: values }) => (values ? 'enum' : [type].flat().includes('boolean') ? 'boolean' : [type].flat().some((one) => ['integer', 'number'].includes(one)) ? 'number' : type === 'string' ? 'string' : 'json');

    /** The choices of a field: the manifest's own, or the provider's. */
    async function choices(schema, { connection, sources, values }) {
        const source = schema['x-choices'] ?? schema.items?.['x-choices'];
        if (!source) return undefined;
        if (Array.isArray(source)) return source;
        const own = sources?.[source.split(':')[0]];
        if (own?.values) return own.values;
        const text = source.replace(/\{(\w+)\}/g, (_, name) => values()[`/${name}`]?.value ?? '');
        if (!connection || text.endsWith(':')) return [];
        return $.getJSON(`scim-connector/${encodeURIComponent(connection)}/choices`, { source: text }).then((found) => found, () => []);
    }

    /** The field of a plain value, and what reads it. */
    function plainField(of, value) {
        switch (kind(of)) {
            case 'enum': {
                const field = $('<select>').append($('<option value="">'), of.enum.map((one) => $('<option>').val(one).text(one))).val(value ?? '');
                return [field, () => field.val()];
            }
            case 'boolean': {
                const usual = of.default ?? false;
                const field = $('<input type="checkbox">').prop('checked', value ?? usual);
                return [field, () => (field.prop('checked') === usual ? undefined : field.prop('checked'))];
            }
            case 'number': {
                const field = $('<input type="number">').attr({ min: of.minimum, max: of.maximum, placeholder: of.default ?? example(of) }).val(value ?? '');
                return [field, () => (field.val() === '' ? undefined : Number(field.val()))];
            }
            case 'json': {
                const field = $('<input type="text">').attr('placeholder', example(of)).val(value === undefined ? '' : JSON.stringify(value));
                // What is no JSON stays as it is: the connection test says what is wrong with it.
                return [field, () => { try { return field.val() ? JSON.parse(field.val()) : undefined; } catch { return field.val(); } }];
            }
            default: {
                const field = $('<input type="text">').attr('placeholder', example(of)).val(value ?? '');
                return [field, () => field.val()];
            }
        }
    }

    /** Plain fields: values by pointers; secrets are credentials and are not among them. Gives what reads the values. */
    function plain(holder, schema, values, secrets, shown) {
        const draw = (into) => (leaf) => {
            const { pointer, name, schema: of } = leaf;
            if (secrets.has(pointer)) return row(leaf, $('<input type="password" autocomplete="off">').attr('id', `node-config-input-${name}`).val(shown(name)));
            const [field, read] = plainField(of, values[pointer]);
            into.push([pointer, read]);
            return row(leaf, field.attr('id', `scim-connection${pointer.replaceAll('/', '-')}`));
        };
        const is = (group) => (leaf) => (leaf.group === 'advanced') === (group === 'advanced');
        const { auth, ...others } = schema.properties;
        const [lasting, ofAuth] = [[], []];
        const parts = leaves({ ...schema, properties: others });
        const kinds = $('<select id="scim-connection-auth-type">').append(auth.oneOf.map((one) => $('<option>').val(one.properties.type.const).text(one.title)));
        kinds.val(values['/auth/type'] ?? 'bearer');
        const below = $('<div>');
        const choose = () => {
            const { required, properties: { type, ...properties } } = auth.oneOf.find((one) => one.properties.type.const === kinds.val());
            const members = leaves({ properties, required }, '/auth');
            ofAuth.length = 0;
            below.empty().append(members.filter(is('primary')).map(draw(ofAuth)), advanced(members.filter(is('advanced')).map(draw(ofAuth)), { title: 'More about the credentials' }));
        };
        kinds.on('change', choose);
        const credentials = row({ pointer: '/auth/type', schema: { title: auth.title, description: auth.description }, above: [], needed: true }, kinds);
        holder.empty().append(parts.filter(is('primary')).map(draw(lasting)), credentials, below, advanced(parts.filter(is('advanced')).map(draw(lasting))));
        choose();
        return () => Object.fromEntries([['/auth/type', kinds.val()], ...[...lasting, ...ofAuth].map(([pointer, read]) => [pointer, read()]).filter(([, value]) => value !== undefined && value !== '')]);
    }

    /** JSON as the editor's own typed input has it, except that it may be empty. */
    const json = {
        value: 'json',
        label: 'JSON',
        icon: 'red/images/typedInput/json.svg',
        validate: (text) => { try { return text === '' || JSON.parse(text) !== undefined; } catch { return false; } },
        expand() { RED.editor.editJSON({ value: this.value(), focus: true, complete: (text) => this.value(text) }); },
    };
    const FROM = ['msg', 'flow', 'global', 'env', 'jsonata'];

    /** Typed inputs: `{type, value}` by pointers; what is left empty is none. */
    function typed(holder, schema, values, about) {
        const made = new Map();
        const now = (field) => {
            const [type, value] = [field.typedInput('type'), field.typedInput('value')];
            return value === '' || value === undefined ? [] : [{ type: ['text', 'choice'].includes(type) ? 'str' : type, value }];
        };
        // What has no field yet, or none at all while the provider cannot be asked for its attributes, stays as it was.
        const read = () => Object.fromEntries([
            ...Object.entries(values).filter(([pointer]) => !made.has(pointer)),
            ...[...made].flatMap(([pointer, field]) => now(field).map((value) => [pointer, value])),
        ]);
        const draw = (leaf) => {
            const { pointer, schema: of } = leaf;
            const field = $('<input type="text">').attr({ id: `scim-field${pointer.replaceAll('/', '-')}`, placeholder: example(of), 'data-pointer': pointer });
            const result = row(leaf, field);
            const isList = of.type === 'array' || kind(of) === 'json';
            const options = (of.enum ?? []).map((one) => ({ value: String(one), label: String(one) }));
            const complete = async (text, done) => {
                const found = (await choices(of, { ...about, values: read })) ?? [];
                const wanted = text.toLowerCase();
                done(found.filter(({ value, label }) => `${value} ${label}`.toLowerCase().includes(wanted)).slice(0, 50).map(({ value, label }) => ({ value, label: label === value ? value : `${label} (${value})` })));
            };
            const own = {
                enum: { value: 'choice', label: 'choice', options: [{ value: '', label: '' }, ...options] },
                boolean: { value: 'bool', label: 'boolean', icon: 'red/images/typedInput/bool.svg', options: [{ value: '', label: '' }, 'true', 'false'] },
                number: 'num',
                string: of['x-choices'] ? { value: 'text', label: 'text', icon: 'red/images/typedInput/az.svg', autoComplete: complete } : 'str',
                json,
            }[isList ? 'json' : kind(of)];
            // No flow holds a password: it comes from somewhere else.
            const types = of.format === 'password' ? FROM : [own, ...FROM];
            const [first] = types.map((one) => one.value ?? one);
            setTimeout(() => {
                field.typedInput({ default: first, types });
                const { type, value } = values[pointer] ?? {};
                field.typedInput('type', type === 'str' || type === undefined ? first : type);
                field.typedInput('value', value ?? '');
                made.set(pointer, field);
            });
            return result;
        };
        const all = leaves(schema);
        const isSet = ({ pointer }) => values[pointer] !== undefined;
        const groups = [all.filter(({ group }) => group !== 'advanced'), all.filter(({ group }) => group === 'advanced')];
        holder.empty().append(groups[0].map(draw), advanced(groups[1].map(draw), { isOpen: groups[1].some(isSet) }));
        return read;
    }

    window.scimConnector = { manifest, plain, typed, leaves };
})();
