// Values at the door: JavaScript's to JSON text and back, without changing one. JSON.stringify makes null of NaN, and JSON.parse rounds
// whole numbers beyond 2^53; here the first is refused, with its place, and the second is a bigint, both ways.
'use strict';

const { randomUUID } = require('node:crypto');
const { failure } = require('./errors.js');

const pointer = (path) => path.map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

function refuse(path, problem) {
    const at = pointer(path);
    throw failure('invalidInput', `${problem}${at ? ` (at ${at})` : ''}; nothing was sent`, { pointer: at || undefined });
}

/** Stands before the digits of a bigint while it is text; made up anew by each process, so that no text of anybody's begins with it. */
const MARK = `bigint ${randomUUID()} `;
const MARKED = new RegExp(`"${MARK}(-?\\d+)"`, 'g');

/** What stands for a number in JSON; refuses what has no form there, or has lost digits before it came here. */
function number(value, path) {
    if (typeof value === 'bigint') return MARK + value;
    if (!Number.isFinite(value)) refuse(path, `${value} is no number of JSON`);
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
        refuse(path, 'a whole number beyond 2^53 may have lost digits already: give it as a bigint or as text');
    }
    return value;
}

/** The same value out of what JSON has, its members that are undefined left out. */
function plain(value, path, above) {
    switch (typeof value) {
        case 'string':
        case 'boolean':
        case 'undefined':
            return value;
        case 'number':
        case 'bigint':
            return number(value, path);
        case 'object':
            break;
        default:
            return refuse(path, `a ${typeof value} cannot be sent`);
    }
    if (value === null) return null;
    if (typeof value.toJSON === 'function') return plain(value.toJSON(), path, above);
    if (above.includes(value)) refuse(path, 'an object that contains itself cannot be sent');
    if (above.length > 200) refuse(path.slice(0, 3), 'it is nested too deeply');
    const inside = [...above, value];
    if (Array.isArray(value)) {
        return Array.from(value, (item, index) => {
            if (item === undefined) refuse([...path, index], 'undefined in a list cannot be sent');
            return plain(item, [...path, index], inside);
        });
    }
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    if (kind !== 'Object') refuse(path, `a ${kind} cannot be sent: give its content as an object or a list`);
    // An object without prototype, so that a member called __proto__ is a member.
    const result = Object.create(null);
    for (const [name, member] of Object.entries(value)) {
        const made = plain(member, [...path, name], inside);
        if (made !== undefined) result[name] = made;
    }
    return result;
}

/** JSON text of an input. */
function toJson(value) {
    const text = JSON.stringify(plain(value ?? {}, [], []));
    return text.includes(MARK) ? text.replace(MARKED, '$1') : text;
}

const LONG_NUMBER = /\d{16}/;
const TEXTS_AND_NUMBERS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** The value of JSON text from the component. Whole numbers beyond 2^53 are bigints, so that no digit is lost. */
function fromJson(text) {
    if (!LONG_NUMBER.test(text)) return JSON.parse(text);
    const marked = text.replace(TEXTS_AND_NUMBERS, (token) => {
        const exact = token[0] === '"' || !/^-?\d+$/.test(token) || Number.isSafeInteger(Number(token));
        return exact ? token : JSON.stringify(MARK + token);
    });
    const revive = (_, value) => (typeof value === 'string' && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value);
    return marked === text ? JSON.parse(text) : JSON.parse(marked, revive);
}

/** A whole number of a call's options, from `least` to `most`; undefined where there is none. */
function whole(value, name, least, most) {
    if (value === undefined) return undefined;
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (typeof number === 'number' && Number.isSafeInteger(number) && number >= least && number <= most) return number;
    const shown = ['number', 'bigint'].includes(typeof value) ? String(value) : `a ${typeof value}`;
    throw failure('invalidInput', `\`${name}\` must be a whole number from ${least} to ${most}, not ${shown}; nothing was sent`);
}

module.exports = { toJson, fromJson, whole };
