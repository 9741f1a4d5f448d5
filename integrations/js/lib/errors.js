// What a call fails with: one class for each kind of failure, with the failure's members. It knows how the component tells
// them, and nothing of how calls are made. No error holds a secret, and none the connection.
'use strict';

const { KINDS } = require('./generated/operations.js');

/** Kinds that the component does not know, since they are this package's. */
const OWN_KINDS = ['canceled', 'closed', 'incomplete'];

/** Every failure of a call. */
class ScimError extends Error {
    /** @param {object} failure its members; what is left out is undefined */
    constructor({ detail, cause, ...failure }) {
        super(detail, cause === undefined ? undefined : { cause });
        const members = { kind: 'internal', retryable: false, maybeApplied: false, ...failure };
        for (const [name, value] of Object.entries(members)) if (value !== undefined) this[name] = value;
    }

    /** What went wrong and what to do, for a person: the message. */
    get detail() {
        return this.message;
    }
}

const className = (kind) => `${kind[0].toUpperCase()}${kind.slice(1)}Error`;

/** The classes by their kinds. */
const classes = new Map();
for (const kind of [...KINDS, ...OWN_KINDS]) {
    const name = className(kind);
    classes.set(kind, { [name]: class extends ScimError {} }[name]);
    // As fetch has it, so that whoever asks for the name of a cancelled call finds it.
    const shown = kind === 'canceled' ? 'AbortError' : name;
    Object.defineProperty(classes.get(kind).prototype, 'name', { value: shown, configurable: true, writable: true });
}
Object.defineProperty(ScimError.prototype, 'name', { value: 'ScimError', configurable: true, writable: true });

/** An error of a kind; of one that a later component names, a plain ScimError. */
function failure(kind, detail, members = {}) {
    return new (classes.get(kind) ?? ScimError)({ kind, detail, ...members });
}

/** The error of a call that its signal ended. */
function canceled(cause, maybeApplied) {
    const consequence = maybeApplied ? 'what it had sent may have been carried out' : 'nothing was changed';
    return failure('canceled', `the call was cancelled; ${consequence}`, { cause, maybeApplied });
}

/** `invalid-input` is `invalidInput` here. */
const camel = (name) => name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());

/** What a variant of the contract says: the name of its case, or the text of `other`. */
const said = (variant) => (variant === undefined ? undefined : variant.tag === 'other' ? variant.val : camel(variant.tag));

/** What the contract's `failure` is here, without its `kind`. */
function members({ status, scimType, pointer, problems, oauthError, retryAfterMs, maybeApplied, requestId, excerpt }) {
    const wait = retryAfterMs === undefined ? undefined : Number(retryAfterMs);
    return { status, scimType: said(scimType), pointer, problems, oauthError, retryAfterMs: wait, maybeApplied, requestId, excerpt };
}

/** The component's error, `{tag, val}`, as the error of a call. */
function fromComponent({ tag, val }) {
    if (val === undefined) return failure('internal', 'the component says that it could not be run');
    return failure(said(val.kind), val.detail, { ...members(val), retryable: tag === 'transient-failure' });
}

/** A failure in a report, as data. */
function described(val) {
    return { kind: said(val.kind), detail: val.detail, ...members(val) };
}

module.exports = { ScimError, classes, canceled, className, failure, fromComponent, described, OWN_KINDS };
