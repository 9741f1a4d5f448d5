// Types of forms.js.

/** A JSON Schema with the manifest's `x-` members. */
export interface FieldSchema {
    title?: string;
    description?: string;
    type?: string | string[];
    const?: unknown;
    enum?: unknown[];
    default?: unknown;
    examples?: unknown[];
    format?: string;
    minimum?: number;
    maximum?: number;
    items?: FieldSchema;
    properties?: { [name: string]: FieldSchema };
    required?: string[];
    oneOf?: FieldSchema[];
    anyOf?: FieldSchema[];
    'x-group'?: string;
    'x-choices'?: string | Array<{ value: string; label: string }>;
}
export interface Field {
    pointer: string;
    name: string;
    schema: FieldSchema;
    needed: boolean;
    group: string;
    /** Titles of the objects that it stands in. */
    above: string[];
}
export type Kind = 'enum' | 'boolean' | 'number' | 'string' | 'strings' | 'objects' | 'json';

/** The fields of a schema in the order of its form. */
export function leaves(schema: FieldSchema, pointer?: string, group?: string, required?: boolean): Field[];
/** What a field's value is. */
export function kind(schema: FieldSchema): Kind;
/** The member that a pointer names. */
export function get(value: unknown, pointer: string): unknown;
/** Sets the member that a pointer names, with the objects above it. */
export function set(target: object, pointer: string, value: unknown): void;
/** The name of a secret in a form's credentials. */
export function credential(pointer: string): string;
/** The connection of a form's fields, by pointers, and its credentials, by names. */
export function connectionOf(manifest: { [name: string]: unknown }, fields: { [pointer: string]: unknown }, credentials?: { [name: string]: unknown }): { [name: string]: unknown };
/** The input of a call: a whole one, and over it the fields. */
export function inputOf(whole: unknown, fields: Iterable<[pointer: string, value: unknown]>): { [name: string]: unknown };
/** Whether a stored secret would be sent to another place. */
export function leadsElsewhere(fields: { [pointer: string]: unknown }, stored: { [pointer: string]: unknown }): boolean;
