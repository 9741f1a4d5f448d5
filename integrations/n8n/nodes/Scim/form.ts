// What the editor draws, made from the manifest: the parameters of the node and the fields of the credential. A parameter's name is its
// field's JSON pointer with other characters; what a field is, in which order and group, the manifest says.
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { kind, leaves, type Field, type FieldSchema } from '../../client/lib/forms.js';

export interface Operation {
	name: string;
	title: string;
	summary: string;
	group: string;
	interface: string;
	effect: string;
	destructive: boolean;
	paginated: boolean;
	available: boolean;
	secrets: { input: string[]; output: string[] };
	paging?: { items: string; size: string };
	input: FieldSchema;
}

export interface Manifest {
	[name: string]: unknown;
	operations: Operation[];
	resources: Array<{ name: string; title: string; description: string }>;
	connection: { properties: { [name: string]: FieldSchema } };
	secrets: string[];
}

/** The whole input as JSON, which the other fields go over. */
export const WHOLE = 'wholeInput';
/** The fields that are shown when they are asked for. */
export const MORE = 'additionalFields';
/** Attributes that only the provider knows. */
export const OWN = 'providerAttributes';
/** What each of several objects is in. */
export const ITEM = 'item';

/** The name of a field's parameter. The editor takes points and slashes in names for paths. */
export const parameter = (pointer: string): string => pointer.slice(1).replace(/[^A-Za-z0-9]+/g, '_');
/** The name of what gives the choices of a source. */
export const method = (source: string): string => source.replace(/[^A-Za-z0-9]+/g, '_');

/** Where the choices of a field are asked for. */
export function source({ schema }: Pick<Field, 'schema'>): string | undefined {
	const choices = schema['x-choices'] ?? schema.items?.['x-choices'];
	return typeof choices === 'string' ? choices : undefined;
}

/** Whether a field stands in the form at once. What the editor cannot leave empty does only where it must be given. */
const isShown = ({ schema, needed, group }: Field) => needed || (group === 'primary' && !['boolean', 'number', 'enum'].includes(kind(schema)));

/** The fields of an operation: those that are shown, and those that are asked for. */
export function fields({ input }: Operation): { shown: Field[]; more: Field[] } {
	const all = leaves(input);
	return { shown: all.filter(isShown), more: all.filter((field) => !isShown(field)) };
}

const text = (example: unknown): string => (example === undefined ? '' : typeof example === 'string' ? example : JSON.stringify(example));
const option = (value: unknown): INodePropertyOptions => ({ name: String(value), value: String(value) });

/** A title in the editor's way: small words alone begin small. */
const titled = (title: string): string => title.replace(/[^\s-]+/g, (word, at) => (at > 0 && /^(a|an|and|at|by|for|in|is|of|on|or|the|to|with)$/.test(word) ? word : word[0].toUpperCase() + word.slice(1)));

/** What all kinds of fields have. */
function about({ pointer, schema, above, needed }: Field): Omit<INodeProperties, 'type' | 'default'> {
	const title = [...above.slice(1), schema.title ?? pointer].join(': ');
	const placeholder = schema.examples?.length && typeof schema.examples[0] !== 'boolean' ? { placeholder: `e.g. ${text(schema.examples[0])}` } : {};
	return { displayName: titled(title), name: parameter(pointer), description: schema.description, ...(needed ? { required: true } : {}), ...placeholder };
}

/** Choices that the editor asks the node for. */
function asked(from: string) {
	const above = [...from.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
	return { loadOptionsMethod: method(from), ...(above.length ? { loadOptionsDependsOn: above.map((name) => `${name}.value`) } : {}) };
}

/** A field of JSON. The editor's own takes an empty one for a mistake. */
const JSON_TEXT = { type: 'string', typeOptions: { rows: 3 }, default: '', hint: 'JSON, where a text stands in quotes' } as const;

/** The parameter of a field. Lists to choose from with a search are for parameters at the top only: `isTop`. */
function draw(field: Field, secrets: string[], isTop: boolean): INodeProperties {
	const { schema, needed } = field;
	const base = about(field);
	const from = source(field);
	const [example] = schema.examples ?? [];
	switch (kind(schema)) {
		case 'enum':
			return { ...base, type: 'options', options: schema.enum!.map(option), default: text(schema.default ?? (needed ? schema.enum![0] : example)) };
		case 'boolean':
			return { ...base, type: 'boolean', default: (schema.default ?? example ?? false) as boolean };
		case 'number':
			return { ...base, type: 'number', typeOptions: { minValue: schema.minimum, maxValue: schema.maximum, numberPrecision: 0 }, default: (schema.default ?? example ?? 0) as number };
		case 'string': {
			if (Array.isArray(schema['x-choices'])) return { ...base, type: 'options', allowArbitraryValues: true, options: listed(schema), default: needed ? schema['x-choices'][0].value : '' };
			if (from && isTop) return { ...base, type: 'resourceLocator', modes: modes(field, from), default: { mode: 'list', value: '' } };
			if (from) return { ...base, type: 'options', allowArbitraryValues: true, typeOptions: asked(from), default: '' };
			return { ...base, type: 'string', ...(secrets.includes(field.pointer) ? { typeOptions: { password: true } } : {}), default: '' };
		}
		case 'strings':
			if (from) return { ...base, type: 'multiOptions', allowArbitraryValues: true, typeOptions: asked(from), default: [] };
			return { ...base, type: 'string', typeOptions: { multipleValues: true }, default: [] };
		case 'objects': {
			const members = leaves(schema.items!).map((member) => ({ ...draw({ ...member, above: [] }, [], false), name: member.name }));
			const options = [{ name: ITEM, displayName: titled(schema.title ?? ''), values: members.map((member) => emptied(member, schema.items!.required)) }];
			return { ...base, placeholder: 'Add', type: 'fixedCollection', typeOptions: { multipleValues: true, sortable: true }, options, default: {} };
		}
		default:
			return { ...base, ...JSON_TEXT, ...(example === undefined ? {} : { placeholder: `e.g. ${JSON.stringify(example)}` }) };
	}
}

/** The choices of a field that the manifest lists, and none. */
const listed = (schema: FieldSchema): INodePropertyOptions[] => (schema['x-choices'] as Array<{ value: string; label: string }>).map(({ value, label }) => ({ name: label, value }));

/** A member of an object in a list, which is always there: with nothing in it unless it must be given. */
function emptied(member: INodeProperties, required: string[] = []): INodeProperties {
	if (member.type === 'boolean') return { ...member, default: false };
	if (member.type === 'options' && !required.includes(member.name)) {
		return { ...member, default: '', ...(member.options ? { options: [{ name: '(None)', value: '' }, ...(member.options as INodePropertyOptions[])] } : {}) };
	}
	return member;
}

const modes = ({ schema }: Field, from: string): INodeProperties['modes'] => [
	{ displayName: 'From list', name: 'list', type: 'list', typeOptions: { searchListMethod: method(from), searchable: true } },
	{ displayName: 'By value', name: 'id', type: 'string', placeholder: `e.g. ${text(schema.examples?.[0])}` },
];

/** The parameters of an operation. */
function parameters(operation: Operation): INodeProperties[] {
	const displayOptions = { show: { resource: [operation.interface], operation: [operation.name] } };
	const { shown, more } = fields(operation);
	const isListing = operation.paginated;
	const destructive: INodeProperties = { displayName: `${operation.summary} This may take away what the input does not name, or take it away for good.`, name: 'destructive', type: 'notice', default: '', displayOptions };
	const listing: INodeProperties[] = [
		{ displayName: 'Return All', name: 'returnAll', type: 'boolean', default: false, description: 'Whether to return all results or only up to a given limit', displayOptions },
		{ displayName: 'Limit', name: 'limit', type: 'number', typeOptions: { minValue: 1 }, default: 50, description: 'Max number of results to return', displayOptions: { show: { ...displayOptions.show, returnAll: [false] } } },
	];
	const whole: INodeProperties = { ...JSON_TEXT, displayName: 'Whole Input', name: WHOLE, description: 'The input as JSON, with whatever has no field here; the fields go over it' };
	const options = [...more.map((field) => draw(field, operation.secrets.input, false)), whole];
	return [
		...(operation.destructive ? [destructive] : []),
		...shown.map((field) => ({ ...draw(field, operation.secrets.input, true), displayOptions })),
		...(isListing ? listing : []),
		...(operation.input.properties?.payload?.properties ? [own(displayOptions)] : []),
		{ displayName: 'Additional Fields', name: MORE, type: 'collection', placeholder: 'Add field', default: {}, options, displayOptions },
	];
}

/** The provider's own attributes, which the editor asks for. */
const own = (displayOptions: INodeProperties['displayOptions']): INodeProperties => ({
	displayName: "Provider's Own Attributes",
	name: OWN,
	type: 'resourceMapper',
	noDataExpression: true,
	default: { mappingMode: 'defineBelow', value: null },
	typeOptions: {
		resourceMapper: { resourceMapperMethod: OWN, mode: 'add', fieldWords: { singular: 'attribute', plural: 'attributes' }, addAllFields: false, supportAutoMap: false, hideNoDataError: true, refreshIncompleteSchemaOnOpen: true, refreshStaleSchemaOnOpen: true },
	},
	displayOptions,
});

/** All parameters of the node. */
export function properties({ operations, resources }: Manifest): INodeProperties[] {
	const available = operations.filter((operation) => operation.available);
	const ofResource = (name: string) => available.filter((operation) => operation.interface === name);
	const choice = ({ name, title, summary }: Operation): INodePropertyOptions => ({ name: title, value: name, action: title, description: summary });
	const listedResources = resources.filter(({ name }) => ofResource(name).length > 0);
	return [
		{
			displayName: 'Resource',
			name: 'resource',
			type: 'options',
			noDataExpression: true,
			options: listedResources.map(({ name, title, description }) => ({ name: title, value: name, description })),
			default: listedResources[0].name,
		},
		...listedResources.map(({ name }): INodeProperties => {
			const options = ofResource(name).map(choice);
			return { displayName: 'Operation', name: 'operation', type: 'options', noDataExpression: true, options, default: options[0].value, displayOptions: { show: { resource: [name] } } };
		}),
		...available.flatMap(parameters),
	];
}

/** The sources of choices that an operation's fields have, those in lists of objects included. */
export function sources({ operations }: Manifest): string[] {
	const inside = (field: Field): Field[] => [field, ...(kind(field.schema) === 'objects' ? leaves(field.schema.items!) : [])];
	const all = operations.filter(({ available }) => available).flatMap(({ input }) => leaves(input).flatMap(inside));
	return [...new Set(all.map(source).filter((one) => one !== undefined))];
}

/** Where items have secrets, as n8n wants it told: what n8n then never shows. */
export function sensitive({ operations }: Manifest): string[] {
	const ofItem = ({ secrets, paging }: Operation) => secrets.output.map((pointer) => (paging && pointer.startsWith(`${paging.items}/*/`) ? pointer.slice(paging.items.length + 2) : pointer));
	return [...new Set(operations.flatMap(ofItem))].map((pointer) => pointer.slice(1).replaceAll('/', '.'));
}

/** Credentials that a form can give: `host` has the caller's code add them. */
const kinds = ({ connection }: Manifest) => connection.properties.auth.oneOf!.filter(({ properties: members }) => members!.type.const !== 'host');

/** The fields of the connection and of each kind of credentials. More members of one object than a form can show are one field of JSON. */
export function connectionFields(manifest: Manifest): { fields: Field[]; ofKind: Map<string, Field[]> } {
	const wide = (schema: FieldSchema): FieldSchema => (Object.keys(schema.properties ?? {}).length > 10 ? { ...schema, properties: undefined } : schema);
	const members = Object.fromEntries(Object.entries(manifest.connection.properties).filter(([name]) => name !== 'auth').map(([name, schema]) => [name, wide(schema)]));
	const ofKind = kinds(manifest).map(({ properties: { type, ...rest } = {}, required }): [string, Field[]] => [String(type.const), leaves({ properties: rest, required }, '/auth')]);
	return { fields: leaves({ properties: members }), ofKind: new Map(ofKind) };
}

/** The kind of credentials. */
export const AUTH = '/auth/type';

/** The fields of the credential. A field of several kinds is one, shown for each of them. */
export function credentialProperties(manifest: Manifest): INodeProperties[] {
	const { fields: plain, ofKind } = connectionFields(manifest);
	const isPrimary = ({ group }: Field) => group === 'primary';
	const drawn = (field: Field, show: { [name: string]: string[] } = {}): INodeProperties => {
		const property = draw(field, manifest.secrets, false);
		const empty = property.type === 'options' && !field.needed ? { options: [{ name: '(Not Set)', value: '' }, ...(property.options as INodePropertyOptions[])], default: '' } : {};
		const number = property.type === 'number' ? { default: (field.schema.default ?? '') as number } : {};
		const shown = isPrimary(field) ? show : { ...show, advanced: [true] };
		return { ...property, ...empty, ...number, required: undefined, ...(Object.keys(shown).length ? { displayOptions: { show: shown } } : {}) } as INodeProperties;
	};
	const auth = manifest.connection.properties.auth;
	const options = kinds(manifest).map(({ title, properties: members, description }) => ({ name: title!, value: String(members!.type.const), description }));
	const credentials = [...ofKind].flatMap(([type, all]) => all.map((field) => drawn(field, { [parameter(AUTH)]: [type] })));
	const isAdvanced = ({ displayOptions }: INodeProperties) => displayOptions?.show?.advanced !== undefined;
	const all = [...credentials, ...plain.filter((field) => !isPrimary(field)).map((field) => drawn(field))];
	return [
		...plain.filter(isPrimary).map((field) => drawn(field)),
		{ displayName: titled(auth.title!), name: parameter(AUTH), type: 'options', options, default: 'bearer', description: auth.description },
		...all.filter((property) => !isAdvanced(property)),
		{ displayName: 'Show More', name: 'advanced', type: 'boolean', default: false, description: 'Whether to show what seldom has to be set' },
		...all.filter(isAdvanced),
	];
}
