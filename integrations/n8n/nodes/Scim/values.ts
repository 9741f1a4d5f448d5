// What filled-in parameters become: the input of a call, and the connection of a credential; and what a call gives becomes: items.
import { connectionOf, credential, get, inputOf, kind, leaves, set, type Field, type FieldSchema } from '../../client/lib/forms.js';
import { AUTH, connectionFields, fields, ITEM, MORE, OWN, parameter, WHOLE, type Manifest, type Operation } from './form.ts';

/** What is wrong with a parameter, before a call. */
export class ParameterError extends Error {}

/** Gives the value of a parameter of the node; undefined where there is none. */
export type Read = (name: string) => unknown;

function refused(why: string, cause?: unknown): never {
	throw new ParameterError(why, { cause });
}

const isEmpty = (value: unknown) => value === undefined || value === null || value === '';

function parsed(value: unknown, what: string): unknown {
	if (typeof value !== 'string') return value;
	if (value.trim() === '') return undefined;
	try {
		return JSON.parse(value);
	} catch (error) {
		return refused(`"${what}" is not JSON, where a text stands in quotes; nothing was sent`, error);
	}
}

/** The member of an object in a list. No tick is none, since the editor has no other way to leave one out. */
function member({ schema, needed }: Field, value: unknown): unknown {
	return value === false && !needed && schema.default === undefined ? undefined : valueOf(schema, value);
}

/** The value of a field; undefined where it is empty. An empty list is one that was not filled in. */
export function valueOf(schema: FieldSchema, value: unknown): unknown {
	if (isEmpty(value)) return undefined;
	switch (kind(schema)) {
		case 'objects': {
			const items = (value as { [ITEM]?: object[] })[ITEM] ?? (Array.isArray(value) ? value : []);
			const all = leaves(schema.items!);
			const made = items.map((item) => {
				const object = {};
				for (const field of all) {
					const given = member(field, get(item, field.pointer));
					if (given !== undefined) set(object, field.pointer, given);
				}
				return object;
			});
			return made.length > 0 ? made : undefined;
		}
		case 'strings': {
			const given = (Array.isArray(value) ? value : [value]).filter((one) => !isEmpty(one));
			return given.length > 0 ? given : undefined;
		}
		case 'json':
			return parsed(value, schema.title ?? '');
		default:
			return value;
	}
}

/** The input of a call. */
export function input(operation: Operation, read: Read): { [name: string]: unknown } {
	const { shown, more } = fields(operation);
	const asked = (read(MORE) ?? {}) as { [name: string]: unknown };
	const own = ((read(OWN) as { value?: object | null } | undefined)?.value ?? {}) as { [pointer: string]: unknown };
	const field = (from: Read) => ({ pointer, schema }: Field): [string, unknown] => [pointer, valueOf(schema, from(parameter(pointer)))];
	const whole = parsed(asked[WHOLE], 'Whole Input') ?? {};
	if (typeof whole !== 'object' || Array.isArray(whole)) refused('"Whole Input" is not an object; nothing was sent');
	const others = Object.entries(own).map(([pointer, value]): [string, unknown] => [pointer, value ?? undefined]);
	return inputOf(whole, [...others, ...more.map(field((name) => asked[name])), ...shown.map(field(read))]);
}

/** How many resources a listing is to give. */
export function limit(read: Read): number {
	if (read('returnAll')) return Infinity;
	const given = read('limit');
	const most = given === null || given === undefined ? 50 : Number(given);
	return Number.isInteger(most) && most > 0 ? most : refused('"Limit" must be a whole number from 1; nothing was sent');
}

/** The connection of a credential. */
export function connection(manifest: Manifest, data: { [name: string]: unknown }): { [name: string]: unknown } {
	const { fields: plain, ofKind } = connectionFields(manifest);
	const type = data[parameter(AUTH)] ?? 'bearer';
	const all = [...plain, ...(ofKind.get(String(type)) ?? [])];
	const value = ({ pointer, schema }: Field): [string, unknown] => [pointer, valueOf(schema, data[parameter(pointer)])];
	// What is as usual is left out, since it was not said. A choice can be not made, so that one that was made is said.
	const isSaid = ({ pointer, schema }: Field) => kind(schema) === 'enum' || data[parameter(pointer)] !== schema.default;
	const told = all.filter((field) => !manifest.secrets.includes(field.pointer) && isSaid(field)).map(value);
	const secrets = manifest.secrets.map((pointer) => [credential(pointer), data[parameter(pointer)]]);
	return connectionOf(manifest, { [AUTH]: type, ...Object.fromEntries(told) }, Object.fromEntries(secrets));
}

/** JSON as the editor can store it: whole numbers beyond 2^53 are texts. */
export const storable = (value: unknown) => JSON.parse(JSON.stringify(value ?? null, (_, one) => (typeof one === 'bigint' ? String(one) : one)));

/** The items that an output is. */
export function items({ effect }: Operation, output: unknown): Array<{ [name: string]: unknown }> {
	const given = storable(output);
	if (given === null) return [effect === 'delete' ? { deleted: true } : { success: true }];
	if (Array.isArray(given)) return given.map((one) => (one !== null && typeof one === 'object' ? one : { value: one }));
	return typeof given === 'object' ? [given] : [{ value: given }];
}

/** A failure as data. */
export function record(error: { message: string }): { [name: string]: unknown } {
	// Other errors are of this package or of the editor's expressions, before anything was sent.
	const told = 'maybeApplied' in error ? error : { kind: 'invalidInput', retryable: false, maybeApplied: false };
	const members = Object.fromEntries(Object.entries(told).filter(([name]) => name !== 'cause' && name !== 'stack'));
	return storable({ ...members, detail: error.message });
}

/** What a connection test found, in a sentence. */
export function verdict({ ok, steps, failure }: { ok: boolean; steps: Array<{ name: string; status: string; detail: string }>; failure?: { detail: string } }): string {
	const passed = steps.filter(({ status }) => status === 'passed').map(({ name }) => name);
	if (ok) return `passed: ${passed.join(', ')}`;
	const failed = steps.find(({ status }) => status === 'failed');
	return `${failed ? `${failed.name}: ` : ''}${failure?.detail ?? failed?.detail}${passed.length > 0 ? ` (passed before: ${passed.join(', ')})` : ''}`;
}
