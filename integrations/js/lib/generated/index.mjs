// Generated from the manifest by generate.mjs; not to be edited.
import all from '../index.js';

export const {
    ScimClient,
    Pool,
    ScimError,
    manifest,
    InvalidInputError,
    ConfigurationError,
    AuthenticationError,
    PermissionError,
    NotFoundError,
    ConflictError,
    AmbiguousError,
    PreconditionError,
    NotModifiedError,
    ThrottledError,
    UnavailableError,
    TimeoutError,
    UnsupportedError,
    ProtocolError,
    TooLargeError,
    InternalError,
    CanceledError,
    ClosedError,
    IncompleteError,
} = all;
