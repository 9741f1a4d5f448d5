// Generated from the manifest by generate.mjs; not to be edited.

import { ScimError } from '../index';

/** The input is wrong: correct what `pointer` names. */
export class InvalidInputError extends ScimError {
    readonly kind: 'invalidInput';
}

/** The connection is wrong: correct what `pointer` names. */
export class ConfigurationError extends ScimError {
    readonly kind: 'configuration';
}

/** The provider or its token endpoint refused the credentials. */
export class AuthenticationError extends ScimError {
    readonly kind: 'authentication';
}

/** The credentials are good but do not permit this. */
export class PermissionError extends ScimError {
    readonly kind: 'permission';
}

/** There is no such resource or endpoint. */
export class NotFoundError extends ScimError {
    readonly kind: 'notFound';
}

/** It clashes with a resource that is there, usually a value that must be unique. */
export class ConflictError extends ScimError {
    readonly kind: 'conflict';
}

/** Several resources match where one was meant: name another attribute to find it by. */
export class AmbiguousError extends ScimError {
    readonly kind: 'ambiguous';
}

/** The resource has changed since it was read. */
export class PreconditionError extends ScimError {
    readonly kind: 'precondition';
}

/** The resource has not changed since it was read. */
export class NotModifiedError extends ScimError {
    readonly kind: 'notModified';
}

/** Too many requests: wait for `retryAfterMs`. */
export class ThrottledError extends ScimError {
    readonly kind: 'throttled';
}

/** The provider cannot be reached or cannot answer now. */
export class UnavailableError extends ScimError {
    readonly kind: 'unavailable';
}

/** The provider did not answer in time. */
export class TimeoutError extends ScimError {
    readonly kind: 'timeout';
}

/** The provider, or this version of the connector, cannot do it. */
export class UnsupportedError extends ScimError {
    readonly kind: 'unsupported';
}

/** The answer is not SCIM; `excerpt` shows its beginning. */
export class ProtocolError extends ScimError {
    readonly kind: 'protocol';
}

/** A limit in size was hit, the provider's or the connection's. */
export class TooLargeError extends ScimError {
    readonly kind: 'tooLarge';
}

/** A fault in the connector or its host: please report it. */
export class InternalError extends ScimError {
    readonly kind: 'internal';
}

/** The call was cancelled by its signal. */
export class CanceledError extends ScimError {
    readonly kind: 'canceled';
}

/** The client or its pool is closed. */
export class ClosedError extends ScimError {
    readonly kind: 'closed';
}

/** A listing ended without everything. */
export class IncompleteError extends ScimError {
    readonly kind: 'incomplete';
}
