// Generated from the manifest by generate.mjs; not to be edited.

import type { CallOptions, Listing, ScimError } from '../index';

export type Connection = {
    /** Allow http beyond loopback. Default: false. */
    allowInsecureHttp?: boolean;
    /** Credentials */
    auth: {
        /** Audience */
        audience?: string;
        /** Client ID */
        clientId: string;
        /** Client secret */
        clientSecret?: string | {
            /** Environment variable */
            env: string;
        };
        /** Key ID */
        keyId?: string;
        /** Client authentication. Default: "basic". */
        method?: "basic" | "post" | "privateKeyJwt";
        /** Further parameters */
        parameters?: { [name: string]: string };
        /** Private key, PKCS#8 PEM */
        privateKey?: string | {
            /** Environment variable */
            env: string;
        };
        /** Scopes */
        scopes?: string[];
        /** Token URL */
        tokenUrl?: string;
        type: "clientCredentials";
    } | {
        /** Scheme, where it is not Bearer */
        scheme?: string;
        /** Token */
        token: string | {
            /** Environment variable */
            env: string;
        };
        type: "bearer";
    } | {
        /** Password */
        password: string | {
            /** Environment variable */
            env: string;
        };
        type: "basic";
        /** User name */
        username: string;
    } | {
        /** Header */
        name: string;
        type: "header";
        /** Value */
        value: string | {
            /** Environment variable */
            env: string;
        };
    } | {
        type: "host";
    } | {
        type: "none";
    };
    /** Headers of every request */
    headers?: { [name: string]: string };
    /** Limits */
    limits?: {
        /** Deepest JSON. Default: 64. */
        jsonDepth?: number;
        /** Most redirects. Default: 5. */
        redirects?: number;
        /** Largest answer, bytes. Default: 8388608. */
        responseBytes?: number;
    };
    /** Organisation at the provider */
    organization?: string;
    /** Overrides of the profile and of what the provider says of itself */
    overrides?: {
        /** Media type of answers: SCIM's own or else JSON, or JSON only */
        accept?: "scim" | "json";
        /** Whether a DELETE has the Accept header too */
        acceptOnDelete?: boolean;
        /** bulk */
        bulk?: {
            supported?: boolean;
            [extension: `urn:${string}`]: unknown;
        };
        /** Which bulkId references between operations of one bulk request the provider resolves: all, or those to users in the members of a group; what refers otherwise goes in a later request */
        bulkReferences?: "all" | "members";
        /** changePassword */
        changePassword?: {
            supported?: boolean;
            [extension: `urn:${string}`]: unknown;
        };
        /** Whether members are read before some are added, for a provider that adds again who is there */
        checkMembers?: boolean;
        /** Results on a page where the call does not say; null for the provider's choice */
        defaultCount?: number | null;
        /** Whether a deleted user is only deactivated */
        deleteDeactivates?: boolean;
        /** How long documents of discovery are kept, milliseconds */
        discoveryLifetimeMs?: number | null;
        /** etag */
        etag?: {
            supported?: boolean;
            [extension: `urn:${string}`]: unknown;
        };
        /** Whether startIndex and count are always sent: some list nothing without them */
        explicitPaging?: boolean;
        /** Whether attributes and excludedAttributes know single attributes of an extension, URN:name; if not, the extension is asked for as a whole */
        extensionViews?: boolean;
        /** filter */
        filter?: {
            supported?: boolean;
            [extension: `urn:${string}`]: unknown;
        };
        /** Attributes that filters may name, those of one type as User:userName, all of a type as User:*; null for all */
        filterAttributes?: string[] | null;
        /** Whether a filter is understood whose strings have the words and or or in them */
        filterKeywordsInStrings?: boolean;
        /** Operators that filters may use, of eq ne co sw ew pr gt ge lt le and or not; null for all */
        filterOperators?: string[] | null;
        /** Whether filters may use value paths such as emails[type eq "work"] */
        filterValuePaths?: boolean;
        /** Whether a list is only given with a filter */
        listNeedsFilter?: boolean;
        /** Most resources read to filter them here; null for any number */
        localFilterLimit?: number | null;
        /** Most pages of 100 that are read to find one resource where no filter finds it; null for 200 */
        lookupPages?: number | null;
        /** Largest count the provider accepts, to which a larger one is lowered; null for any */
        maxCount?: number | null;
        /** Whether a member that is added must have a display: its userName is read and put there */
        memberDisplay?: boolean;
        /** Most members removed in one request */
        memberRemovalsPerRequest?: number | null;
        /** How members are named in the changes of a group */
        memberStyle?: "path" | "pathless" | "list" | "nested";
        /** Whether the members of a group that does not show them can be listed as users, by groups.value */
        membersByFilter?: boolean;
        /** Most members added in one request */
        membersPerRequest?: number | null;
        /** Whether a group that is read has its members */
        membersReturned?: boolean;
        /** Whether a list with a filter that finds nobody is answered 404, which then is an empty list */
        notFoundIsEmpty?: boolean;
        /** Whether an attribute that a resource does not show is known to be empty, members above all */
        omitsEmpty?: boolean;
        /** Whether totalResults may be the number on the page only, so that a listing goes on until a page is empty */
        pageTotals?: boolean;
        /** pagination */
        pagination?: {
            [extension: `urn:${string}`]: unknown;
        };
        /** Parameters of every URL of the service, name=value, for example domain=PRIMARY */
        parameters?: string[] | null;
        /** patch */
        patch?: {
            supported?: boolean;
            [extension: `urn:${string}`]: unknown;
        };
        /** Attributes that PATCH can change, written as in filterAttributes; null for all */
        patchAttributes?: string[] | null;
        /** Most operations in a PATCH; null for any number */
        patchOperations?: number | null;
        /** Whether PATCH may use value paths, members apart */
        patchValuePaths?: boolean;
        /** Most attributes that a PATCH operation without a path may change; null for any number */
        pathlessAttributes?: number | null;
        /** Whether PATCH operations are to have no path */
        pathlessPatch?: boolean;
        /** Whether every query with a filter goes by POST to .search, so that it stands in no URL */
        privateQueries?: boolean;
        /** Whether resources can be replaced by PUT */
        put?: boolean;
        /** Whether a PUT carries the id */
        putId?: boolean;
        /** Longest query in a URL, bytes; a longer one goes by POST to .search where that is there */
        queryLength?: number | null;
        /** Whether all members of a group can be replaced at once */
        replaceMembers?: boolean;
        /** Whether POST to .search is there */
        search?: boolean;
        /** securityEvents */
        securityEvents?: {
            [extension: `urn:${string}`]: unknown;
        };
        /** Whether count may be sent at all */
        sendCount?: boolean;
        /** Whether a user's multi-valued attribute takes one value only */
        singleValued?: boolean;
        /** sort */
        sort?: {
            supported?: boolean;
            [extension: `urn:${string}`]: unknown;
        };
        /** Whether the provider takes away blanks at the ends of strings, so that they are no difference */
        trimsStrings?: boolean;
        /** What becomes of a filter where the provider says that it does not filter: send it and check the answer, local to read the whole list and filter here, or refuse */
        unsupportedFilter?: "send" | "local" | "refuse";
        /** Whether ensure, activate and deactivate change by PATCH or by PUT */
        updateWith?: "patch" | "put";
        /** Whether names may come back with the name of a user store before them, DEFAULT/kim for kim */
        userStorePrefix?: boolean;
        /** Whether attributes and excludedAttributes can be asked for */
        views?: boolean;
        /** Whether attributes and excludedAttributes may be sent with a change; otherwise its answer is cut here */
        viewsOnChanges?: boolean;
    };
    /** Profile. Default: "generic". */
    profile?: "generic" | "asgardeo" | "aws" | "databricks" | "entra" | "github" | "gitlab" | "google" | "okta" | "salesforce" | "slack";
    /** Provider: Fills in the URLs of a known provider, most of them with organization */
    provider?: "asgardeo" | "databricks" | "entra" | "github" | "gitlab" | "google" | "salesforce" | "slack";
    /** Retries */
    retry?: {
        /** First pause, milliseconds. Default: 250. */
        baseDelayMs?: number;
        /** Attempts; 1 switches retries off. Default: 3. */
        maxAttempts?: number;
        /** Longest pause, milliseconds, whatever the provider asks for */
        maxDelayMs?: number;
    };
    /** Service URL: Base URL of the SCIM service, for example https://example.com/scim/v2 */
    serviceUrl?: string;
    /** Timeouts, milliseconds */
    timeouts?: {
        /** Between bytes. Default: 30000. */
        betweenBytesMs?: number;
        /** To connect. Default: 10000. */
        connectMs?: number;
        /** To the first byte. Default: 30000. */
        firstByteMs?: number;
        /** For the whole call. Default: 120000. */
        totalMs?: number;
    };
} & ({ serviceUrl: string } | { provider: "asgardeo" | "databricks" | "entra" | "github" | "gitlab" | "google" | "salesforce" | "slack" });

export type CreateUserInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** User */
    payload: {
        /** Whether the account is active */
        active?: boolean;
        /** Postal addresses */
        addresses?: Array<{
            /** Country, ISO 3166-1 alpha-2 */
            country?: string;
            /** Full address, ready for a label */
            formatted?: string;
            /** City */
            locality?: string;
            /** Postal code */
            postalCode?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** State or region */
            region?: string;
            /** Street and house number */
            streetAddress?: string;
            /** What it is for: work, home, other */
            type?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Name to display */
        displayName?: string;
        /** E-mail addresses */
        emails?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Entitlements */
        entitlements?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Your own identifier */
        externalId?: string;
        /** Instant-messaging addresses */
        ims?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Locale, for example en-US */
        locale?: string;
        /** The components of the name */
        name?: {
            /** Family name */
            familyName?: string;
            /** Full name, ready to display */
            formatted?: string;
            /** Given name */
            givenName?: string;
            /** Prefixes, for example Ms. */
            honorificPrefix?: string;
            /** Suffixes, for example III */
            honorificSuffix?: string;
            /** Middle names */
            middleName?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Casual name */
        nickName?: string;
        /** Password; never returned */
        password?: string;
        /** Telephone numbers */
        phoneNumbers?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** URIs of photos */
        photos?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Preferred languages */
        preferredLanguage?: string;
        /** URI of a page about the user */
        profileUrl?: string;
        /** Roles */
        roles?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Time zone, IANA name */
        timezone?: string;
        /** Job title */
        title?: string;
        /** Enterprise attributes */
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"?: {
            /** Cost centre */
            costCenter?: string;
            /** Department */
            department?: string;
            /** Division */
            division?: string;
            /** Identifier given by the organisation */
            employeeNumber?: string;
            /** The manager */
            manager?: {
                /** URI of the manager */
                $ref?: string;
                /** id of the manager */
                value?: string;
                [extension: `urn:${string}`]: unknown;
            };
            /** Organisation */
            organization?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Name for signing in; unique */
        userName: string;
        /** Relationship to the organisation */
        userType?: string;
        /** Certificates, base64 of DER */
        x509Certificates?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        [extension: `urn:${string}`]: unknown;
    };
    /** Check against the provider's schemas first */
    validate?: boolean;
};

export type CreateUserOutput = {
    /** Whether the account is active */
    active?: boolean;
    /** Postal addresses */
    addresses?: Array<{
        /** Country, ISO 3166-1 alpha-2 */
        country?: string;
        /** Full address, ready for a label */
        formatted?: string;
        /** City */
        locality?: string;
        /** Postal code */
        postalCode?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** State or region */
        region?: string;
        /** Street and house number */
        streetAddress?: string;
        /** What it is for: work, home, other */
        type?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Name to display */
    displayName?: string;
    /** E-mail addresses */
    emails?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Entitlements */
    entitlements?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Your own identifier */
    externalId?: string;
    /** Groups the user belongs to */
    groups?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** The provider's identifier */
    id?: string;
    /** Instant-messaging addresses */
    ims?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Locale, for example en-US */
    locale?: string;
    /** Common attributes */
    meta?: {
        /** When it was created */
        created?: string;
        /** When it was last changed */
        lastModified?: string;
        /** URI of the resource */
        location?: string;
        /** Name of the resource type */
        resourceType?: string;
        /** Version, an entity tag */
        version?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** The components of the name */
    name?: {
        /** Family name */
        familyName?: string;
        /** Full name, ready to display */
        formatted?: string;
        /** Given name */
        givenName?: string;
        /** Prefixes, for example Ms. */
        honorificPrefix?: string;
        /** Suffixes, for example III */
        honorificSuffix?: string;
        /** Middle names */
        middleName?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** Casual name */
    nickName?: string;
    /** Password; never returned */
    password?: string;
    /** Telephone numbers */
    phoneNumbers?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** URIs of photos */
    photos?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Preferred languages */
    preferredLanguage?: string;
    /** URI of a page about the user */
    profileUrl?: string;
    /** Roles */
    roles?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Time zone, IANA name */
    timezone?: string;
    /** Job title */
    title?: string;
    /** Enterprise attributes */
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"?: {
        /** Cost centre */
        costCenter?: string;
        /** Department */
        department?: string;
        /** Division */
        division?: string;
        /** Identifier given by the organisation */
        employeeNumber?: string;
        /** The manager */
        manager?: {
            /** URI of the manager */
            $ref?: string;
            /** Name of the manager */
            displayName?: string;
            /** id of the manager */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Organisation */
        organization?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** Name for signing in; unique */
    userName?: string;
    /** Relationship to the organisation */
    userType?: string;
    /** Certificates, base64 of DER */
    x509Certificates?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    [extension: `urn:${string}`]: unknown;
};

export type GetUserInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** id: The provider's identifier of the resource */
    id: string;
    /** Only if another version */
    ifNoneMatch?: string;
};

export type GetUserOutput = {
    /** Whether the account is active */
    active?: boolean;
    /** Postal addresses */
    addresses?: Array<{
        /** Country, ISO 3166-1 alpha-2 */
        country?: string;
        /** Full address, ready for a label */
        formatted?: string;
        /** City */
        locality?: string;
        /** Postal code */
        postalCode?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** State or region */
        region?: string;
        /** Street and house number */
        streetAddress?: string;
        /** What it is for: work, home, other */
        type?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Name to display */
    displayName?: string;
    /** E-mail addresses */
    emails?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Entitlements */
    entitlements?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Your own identifier */
    externalId?: string;
    /** Groups the user belongs to */
    groups?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** The provider's identifier */
    id?: string;
    /** Instant-messaging addresses */
    ims?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Locale, for example en-US */
    locale?: string;
    /** Common attributes */
    meta?: {
        /** When it was created */
        created?: string;
        /** When it was last changed */
        lastModified?: string;
        /** URI of the resource */
        location?: string;
        /** Name of the resource type */
        resourceType?: string;
        /** Version, an entity tag */
        version?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** The components of the name */
    name?: {
        /** Family name */
        familyName?: string;
        /** Full name, ready to display */
        formatted?: string;
        /** Given name */
        givenName?: string;
        /** Prefixes, for example Ms. */
        honorificPrefix?: string;
        /** Suffixes, for example III */
        honorificSuffix?: string;
        /** Middle names */
        middleName?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** Casual name */
    nickName?: string;
    /** Password; never returned */
    password?: string;
    /** Telephone numbers */
    phoneNumbers?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** URIs of photos */
    photos?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Preferred languages */
    preferredLanguage?: string;
    /** URI of a page about the user */
    profileUrl?: string;
    /** Roles */
    roles?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Time zone, IANA name */
    timezone?: string;
    /** Job title */
    title?: string;
    /** Enterprise attributes */
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"?: {
        /** Cost centre */
        costCenter?: string;
        /** Department */
        department?: string;
        /** Division */
        division?: string;
        /** Identifier given by the organisation */
        employeeNumber?: string;
        /** The manager */
        manager?: {
            /** URI of the manager */
            $ref?: string;
            /** Name of the manager */
            displayName?: string;
            /** id of the manager */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Organisation */
        organization?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** Name for signing in; unique */
    userName?: string;
    /** Relationship to the organisation */
    userType?: string;
    /** Certificates, base64 of DER */
    x509Certificates?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    [extension: `urn:${string}`]: unknown;
};

export type ListUsersInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Most results on a page */
    count?: number;
    /** Cursor (RFC 9865); empty for the first page */
    cursor?: string;
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Filter: RFC 7644 section 3.4.2.2 */
    filter?: string;
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** next of the page before */
    page?: string;
    /** Attribute to sort by */
    sortBy?: string;
    /** Order. Default: "ascending". */
    sortOrder?: "ascending" | "descending";
    /** Index of the first result */
    startIndex?: number;
};

export type ListUsersOutput = {
    Resources: Array<{
        /** Whether the account is active */
        active?: boolean;
        /** Postal addresses */
        addresses?: Array<{
            /** Country, ISO 3166-1 alpha-2 */
            country?: string;
            /** Full address, ready for a label */
            formatted?: string;
            /** City */
            locality?: string;
            /** Postal code */
            postalCode?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** State or region */
            region?: string;
            /** Street and house number */
            streetAddress?: string;
            /** What it is for: work, home, other */
            type?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Name to display */
        displayName?: string;
        /** E-mail addresses */
        emails?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Entitlements */
        entitlements?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Your own identifier */
        externalId?: string;
        /** Groups the user belongs to */
        groups?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** The provider's identifier */
        id?: string;
        /** Instant-messaging addresses */
        ims?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Locale, for example en-US */
        locale?: string;
        /** Common attributes */
        meta?: {
            /** When it was created */
            created?: string;
            /** When it was last changed */
            lastModified?: string;
            /** URI of the resource */
            location?: string;
            /** Name of the resource type */
            resourceType?: string;
            /** Version, an entity tag */
            version?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** The components of the name */
        name?: {
            /** Family name */
            familyName?: string;
            /** Full name, ready to display */
            formatted?: string;
            /** Given name */
            givenName?: string;
            /** Prefixes, for example Ms. */
            honorificPrefix?: string;
            /** Suffixes, for example III */
            honorificSuffix?: string;
            /** Middle names */
            middleName?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Casual name */
        nickName?: string;
        /** Password; never returned */
        password?: string;
        /** Telephone numbers */
        phoneNumbers?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** URIs of photos */
        photos?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Preferred languages */
        preferredLanguage?: string;
        /** URI of a page about the user */
        profileUrl?: string;
        /** Roles */
        roles?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Time zone, IANA name */
        timezone?: string;
        /** Job title */
        title?: string;
        /** Enterprise attributes */
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"?: {
            /** Cost centre */
            costCenter?: string;
            /** Department */
            department?: string;
            /** Division */
            division?: string;
            /** Identifier given by the organisation */
            employeeNumber?: string;
            /** The manager */
            manager?: {
                /** URI of the manager */
                $ref?: string;
                /** Name of the manager */
                displayName?: string;
                /** id of the manager */
                value?: string;
                [extension: `urn:${string}`]: unknown;
            };
            /** Organisation */
            organization?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Name for signing in; unique */
        userName?: string;
        /** Relationship to the organisation */
        userType?: string;
        /** Certificates, base64 of DER */
        x509Certificates?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Whether the listing ended as the provider announced */
    complete: boolean;
    itemsPerPage?: number;
    /** Identifiers of those that came and do not match the filter */
    leftOut?: string[];
    /** Token of the next page: page of the next call */
    next?: string;
    startIndex?: number;
    totalResults?: number;
    [extension: `urn:${string}`]: unknown;
};

export type SearchUsersInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Most results on a page */
    count?: number;
    /** Cursor (RFC 9865); empty for the first page */
    cursor?: string;
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Filter: RFC 7644 section 3.4.2.2 */
    filter?: string;
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** next of the page before */
    page?: string;
    /** Attribute to sort by */
    sortBy?: string;
    /** Order. Default: "ascending". */
    sortOrder?: "ascending" | "descending";
    /** Index of the first result */
    startIndex?: number;
};

export type SearchUsersOutput = {
    Resources: Array<{
        /** Whether the account is active */
        active?: boolean;
        /** Postal addresses */
        addresses?: Array<{
            /** Country, ISO 3166-1 alpha-2 */
            country?: string;
            /** Full address, ready for a label */
            formatted?: string;
            /** City */
            locality?: string;
            /** Postal code */
            postalCode?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** State or region */
            region?: string;
            /** Street and house number */
            streetAddress?: string;
            /** What it is for: work, home, other */
            type?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Name to display */
        displayName?: string;
        /** E-mail addresses */
        emails?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Entitlements */
        entitlements?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Your own identifier */
        externalId?: string;
        /** Groups the user belongs to */
        groups?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** The provider's identifier */
        id?: string;
        /** Instant-messaging addresses */
        ims?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Locale, for example en-US */
        locale?: string;
        /** Common attributes */
        meta?: {
            /** When it was created */
            created?: string;
            /** When it was last changed */
            lastModified?: string;
            /** URI of the resource */
            location?: string;
            /** Name of the resource type */
            resourceType?: string;
            /** Version, an entity tag */
            version?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** The components of the name */
        name?: {
            /** Family name */
            familyName?: string;
            /** Full name, ready to display */
            formatted?: string;
            /** Given name */
            givenName?: string;
            /** Prefixes, for example Ms. */
            honorificPrefix?: string;
            /** Suffixes, for example III */
            honorificSuffix?: string;
            /** Middle names */
            middleName?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Casual name */
        nickName?: string;
        /** Password; never returned */
        password?: string;
        /** Telephone numbers */
        phoneNumbers?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** URIs of photos */
        photos?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Preferred languages */
        preferredLanguage?: string;
        /** URI of a page about the user */
        profileUrl?: string;
        /** Roles */
        roles?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Time zone, IANA name */
        timezone?: string;
        /** Job title */
        title?: string;
        /** Enterprise attributes */
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"?: {
            /** Cost centre */
            costCenter?: string;
            /** Department */
            department?: string;
            /** Division */
            division?: string;
            /** Identifier given by the organisation */
            employeeNumber?: string;
            /** The manager */
            manager?: {
                /** URI of the manager */
                $ref?: string;
                /** Name of the manager */
                displayName?: string;
                /** id of the manager */
                value?: string;
                [extension: `urn:${string}`]: unknown;
            };
            /** Organisation */
            organization?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Name for signing in; unique */
        userName?: string;
        /** Relationship to the organisation */
        userType?: string;
        /** Certificates, base64 of DER */
        x509Certificates?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Whether the listing ended as the provider announced */
    complete: boolean;
    itemsPerPage?: number;
    /** Identifiers of those that came and do not match the filter */
    leftOut?: string[];
    /** Token of the next page: page of the next call */
    next?: string;
    startIndex?: number;
    totalResults?: number;
    [extension: `urn:${string}`]: unknown;
};

export type UpdateUserInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** id: The provider's identifier of the resource */
    id: string;
    /** Only in this version */
    ifMatch?: string;
    /** User */
    payload: {
        /** Whether the account is active */
        active?: boolean;
        /** Postal addresses */
        addresses?: Array<{
            /** Country, ISO 3166-1 alpha-2 */
            country?: string;
            /** Full address, ready for a label */
            formatted?: string;
            /** City */
            locality?: string;
            /** Postal code */
            postalCode?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** State or region */
            region?: string;
            /** Street and house number */
            streetAddress?: string;
            /** What it is for: work, home, other */
            type?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Name to display */
        displayName?: string;
        /** E-mail addresses */
        emails?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Entitlements */
        entitlements?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Your own identifier */
        externalId?: string;
        /** Instant-messaging addresses */
        ims?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Locale, for example en-US */
        locale?: string;
        /** The components of the name */
        name?: {
            /** Family name */
            familyName?: string;
            /** Full name, ready to display */
            formatted?: string;
            /** Given name */
            givenName?: string;
            /** Prefixes, for example Ms. */
            honorificPrefix?: string;
            /** Suffixes, for example III */
            honorificSuffix?: string;
            /** Middle names */
            middleName?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Casual name */
        nickName?: string;
        /** Password; never returned */
        password?: string;
        /** Telephone numbers */
        phoneNumbers?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** URIs of photos */
        photos?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Preferred languages */
        preferredLanguage?: string;
        /** URI of a page about the user */
        profileUrl?: string;
        /** Roles */
        roles?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Time zone, IANA name */
        timezone?: string;
        /** Job title */
        title?: string;
        /** Enterprise attributes */
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"?: {
            /** Cost centre */
            costCenter?: string;
            /** Department */
            department?: string;
            /** Division */
            division?: string;
            /** Identifier given by the organisation */
            employeeNumber?: string;
            /** The manager */
            manager?: {
                /** URI of the manager */
                $ref?: string;
                /** id of the manager */
                value?: string;
                [extension: `urn:${string}`]: unknown;
            };
            /** Organisation */
            organization?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Name for signing in; unique */
        userName: string;
        /** Relationship to the organisation */
        userType?: string;
        /** Certificates, base64 of DER */
        x509Certificates?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        [extension: `urn:${string}`]: unknown;
    };
    /** Read once more where the provider answers without a body */
    readBack?: boolean;
    /** Read first, change that version only, again where it has changed */
    readModifyWrite?: boolean;
    /** Check against the provider's schemas first */
    validate?: boolean;
};

export type UpdateUserOutput = {
    /** Whether the account is active */
    active?: boolean;
    /** Postal addresses */
    addresses?: Array<{
        /** Country, ISO 3166-1 alpha-2 */
        country?: string;
        /** Full address, ready for a label */
        formatted?: string;
        /** City */
        locality?: string;
        /** Postal code */
        postalCode?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** State or region */
        region?: string;
        /** Street and house number */
        streetAddress?: string;
        /** What it is for: work, home, other */
        type?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Name to display */
    displayName?: string;
    /** E-mail addresses */
    emails?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Entitlements */
    entitlements?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Your own identifier */
    externalId?: string;
    /** Groups the user belongs to */
    groups?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** The provider's identifier */
    id?: string;
    /** Instant-messaging addresses */
    ims?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Locale, for example en-US */
    locale?: string;
    /** Common attributes */
    meta?: {
        /** When it was created */
        created?: string;
        /** When it was last changed */
        lastModified?: string;
        /** URI of the resource */
        location?: string;
        /** Name of the resource type */
        resourceType?: string;
        /** Version, an entity tag */
        version?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** The components of the name */
    name?: {
        /** Family name */
        familyName?: string;
        /** Full name, ready to display */
        formatted?: string;
        /** Given name */
        givenName?: string;
        /** Prefixes, for example Ms. */
        honorificPrefix?: string;
        /** Suffixes, for example III */
        honorificSuffix?: string;
        /** Middle names */
        middleName?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** Casual name */
    nickName?: string;
    /** Password; never returned */
    password?: string;
    /** Telephone numbers */
    phoneNumbers?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** URIs of photos */
    photos?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Preferred languages */
    preferredLanguage?: string;
    /** URI of a page about the user */
    profileUrl?: string;
    /** Roles */
    roles?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Time zone, IANA name */
    timezone?: string;
    /** Job title */
    title?: string;
    /** Enterprise attributes */
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"?: {
        /** Cost centre */
        costCenter?: string;
        /** Department */
        department?: string;
        /** Division */
        division?: string;
        /** Identifier given by the organisation */
        employeeNumber?: string;
        /** The manager */
        manager?: {
            /** URI of the manager */
            $ref?: string;
            /** Name of the manager */
            displayName?: string;
            /** id of the manager */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Organisation */
        organization?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** Name for signing in; unique */
    userName?: string;
    /** Relationship to the organisation */
    userType?: string;
    /** Certificates, base64 of DER */
    x509Certificates?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    [extension: `urn:${string}`]: unknown;
} | null;

export type PatchUserInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** id: The provider's identifier of the resource */
    id: string;
    /** Only in this version */
    ifMatch?: string;
    /** Operations */
    operations: Array<{
        op: "add" | "remove" | "replace";
        /** Attribute path */
        path?: string;
        /** Value */
        value?: unknown;
    }>;
    /** Read once more where the provider answers without a body */
    readBack?: boolean;
    /** Read first, change that version only, again where it has changed */
    readModifyWrite?: boolean;
    /** Check against the provider's schemas first */
    validate?: boolean;
};

export type PatchUserOutput = {
    /** Whether the account is active */
    active?: boolean;
    /** Postal addresses */
    addresses?: Array<{
        /** Country, ISO 3166-1 alpha-2 */
        country?: string;
        /** Full address, ready for a label */
        formatted?: string;
        /** City */
        locality?: string;
        /** Postal code */
        postalCode?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** State or region */
        region?: string;
        /** Street and house number */
        streetAddress?: string;
        /** What it is for: work, home, other */
        type?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Name to display */
    displayName?: string;
    /** E-mail addresses */
    emails?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Entitlements */
    entitlements?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Your own identifier */
    externalId?: string;
    /** Groups the user belongs to */
    groups?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** The provider's identifier */
    id?: string;
    /** Instant-messaging addresses */
    ims?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Locale, for example en-US */
    locale?: string;
    /** Common attributes */
    meta?: {
        /** When it was created */
        created?: string;
        /** When it was last changed */
        lastModified?: string;
        /** URI of the resource */
        location?: string;
        /** Name of the resource type */
        resourceType?: string;
        /** Version, an entity tag */
        version?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** The components of the name */
    name?: {
        /** Family name */
        familyName?: string;
        /** Full name, ready to display */
        formatted?: string;
        /** Given name */
        givenName?: string;
        /** Prefixes, for example Ms. */
        honorificPrefix?: string;
        /** Suffixes, for example III */
        honorificSuffix?: string;
        /** Middle names */
        middleName?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** Casual name */
    nickName?: string;
    /** Password; never returned */
    password?: string;
    /** Telephone numbers */
    phoneNumbers?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** URIs of photos */
    photos?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Preferred languages */
    preferredLanguage?: string;
    /** URI of a page about the user */
    profileUrl?: string;
    /** Roles */
    roles?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Time zone, IANA name */
    timezone?: string;
    /** Job title */
    title?: string;
    /** Enterprise attributes */
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"?: {
        /** Cost centre */
        costCenter?: string;
        /** Department */
        department?: string;
        /** Division */
        division?: string;
        /** Identifier given by the organisation */
        employeeNumber?: string;
        /** The manager */
        manager?: {
            /** URI of the manager */
            $ref?: string;
            /** Name of the manager */
            displayName?: string;
            /** id of the manager */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Organisation */
        organization?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** Name for signing in; unique */
    userName?: string;
    /** Relationship to the organisation */
    userType?: string;
    /** Certificates, base64 of DER */
    x509Certificates?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    [extension: `urn:${string}`]: unknown;
} | null;

export type DeleteUserInput = {
    /** Not being there is a success */
    goneIsDone?: boolean;
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** id: The provider's identifier of the resource */
    id: string;
    /** Only in this version */
    ifMatch?: string;
};

export type DeleteUserOutput = null;

export type EnsureUserInput = {
    /** Say what would be done, and do nothing */
    dryRun?: boolean;
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** Attributes to find it by */
    matchOn?: string[];
    /** User */
    payload: {
        /** Whether the account is active */
        active?: boolean;
        /** Postal addresses */
        addresses?: Array<{
            /** Country, ISO 3166-1 alpha-2 */
            country?: string;
            /** Full address, ready for a label */
            formatted?: string;
            /** City */
            locality?: string;
            /** Postal code */
            postalCode?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** State or region */
            region?: string;
            /** Street and house number */
            streetAddress?: string;
            /** What it is for: work, home, other */
            type?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Name to display */
        displayName?: string;
        /** E-mail addresses */
        emails?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Entitlements */
        entitlements?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Your own identifier */
        externalId?: string;
        /** Instant-messaging addresses */
        ims?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Locale, for example en-US */
        locale?: string;
        /** The components of the name */
        name?: {
            /** Family name */
            familyName?: string;
            /** Full name, ready to display */
            formatted?: string;
            /** Given name */
            givenName?: string;
            /** Prefixes, for example Ms. */
            honorificPrefix?: string;
            /** Suffixes, for example III */
            honorificSuffix?: string;
            /** Middle names */
            middleName?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Casual name */
        nickName?: string;
        /** Password; never returned */
        password?: string;
        /** Telephone numbers */
        phoneNumbers?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** URIs of photos */
        photos?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Preferred languages */
        preferredLanguage?: string;
        /** URI of a page about the user */
        profileUrl?: string;
        /** Roles */
        roles?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Time zone, IANA name */
        timezone?: string;
        /** Job title */
        title?: string;
        /** Enterprise attributes */
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"?: {
            /** Cost centre */
            costCenter?: string;
            /** Department */
            department?: string;
            /** Division */
            division?: string;
            /** Identifier given by the organisation */
            employeeNumber?: string;
            /** The manager */
            manager?: {
                /** URI of the manager */
                $ref?: string;
                /** id of the manager */
                value?: string;
                [extension: `urn:${string}`]: unknown;
            };
            /** Organisation */
            organization?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Name for signing in; unique */
        userName: string;
        /** Relationship to the organisation */
        userType?: string;
        /** Certificates, base64 of DER */
        x509Certificates?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        [extension: `urn:${string}`]: unknown;
    };
    /** Check against the provider's schemas first */
    validate?: boolean;
};

export type EnsureUserOutput = {
    /** The changes that were sent */
    changes: Array<{
        op: "add" | "remove" | "replace";
        path?: string;
        value?: unknown;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** There if it was a dry run: nothing was changed */
    dryRun?: true;
    /** What was done */
    outcome: "created" | "updated" | "unchanged";
    /** User */
    user: {
        /** Whether the account is active */
        active?: boolean;
        /** Postal addresses */
        addresses?: Array<{
            /** Country, ISO 3166-1 alpha-2 */
            country?: string;
            /** Full address, ready for a label */
            formatted?: string;
            /** City */
            locality?: string;
            /** Postal code */
            postalCode?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** State or region */
            region?: string;
            /** Street and house number */
            streetAddress?: string;
            /** What it is for: work, home, other */
            type?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Name to display */
        displayName?: string;
        /** E-mail addresses */
        emails?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Entitlements */
        entitlements?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Your own identifier */
        externalId?: string;
        /** Groups the user belongs to */
        groups?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** The provider's identifier */
        id?: string;
        /** Instant-messaging addresses */
        ims?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Locale, for example en-US */
        locale?: string;
        /** Common attributes */
        meta?: {
            /** When it was created */
            created?: string;
            /** When it was last changed */
            lastModified?: string;
            /** URI of the resource */
            location?: string;
            /** Name of the resource type */
            resourceType?: string;
            /** Version, an entity tag */
            version?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** The components of the name */
        name?: {
            /** Family name */
            familyName?: string;
            /** Full name, ready to display */
            formatted?: string;
            /** Given name */
            givenName?: string;
            /** Prefixes, for example Ms. */
            honorificPrefix?: string;
            /** Suffixes, for example III */
            honorificSuffix?: string;
            /** Middle names */
            middleName?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Casual name */
        nickName?: string;
        /** Password; never returned */
        password?: string;
        /** Telephone numbers */
        phoneNumbers?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** URIs of photos */
        photos?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Preferred languages */
        preferredLanguage?: string;
        /** URI of a page about the user */
        profileUrl?: string;
        /** Roles */
        roles?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Time zone, IANA name */
        timezone?: string;
        /** Job title */
        title?: string;
        /** Enterprise attributes */
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"?: {
            /** Cost centre */
            costCenter?: string;
            /** Department */
            department?: string;
            /** Division */
            division?: string;
            /** Identifier given by the organisation */
            employeeNumber?: string;
            /** The manager */
            manager?: {
                /** URI of the manager */
                $ref?: string;
                /** Name of the manager */
                displayName?: string;
                /** id of the manager */
                value?: string;
                [extension: `urn:${string}`]: unknown;
            };
            /** Organisation */
            organization?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Name for signing in; unique */
        userName?: string;
        /** Relationship to the organisation */
        userType?: string;
        /** Certificates, base64 of DER */
        x509Certificates?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        [extension: `urn:${string}`]: unknown;
    };
    [extension: `urn:${string}`]: unknown;
};

export type ActivateUserInput = {
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** id: The provider's identifier of the resource */
    id: string;
    /** Only in this version */
    ifMatch?: string;
    /** Read once more where the provider answers without a body */
    readBack?: boolean;
    /** Read first, change that version only, again where it has changed */
    readModifyWrite?: boolean;
};

export type ActivateUserOutput = {
    /** Whether the account is active */
    active?: boolean;
    /** Postal addresses */
    addresses?: Array<{
        /** Country, ISO 3166-1 alpha-2 */
        country?: string;
        /** Full address, ready for a label */
        formatted?: string;
        /** City */
        locality?: string;
        /** Postal code */
        postalCode?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** State or region */
        region?: string;
        /** Street and house number */
        streetAddress?: string;
        /** What it is for: work, home, other */
        type?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Name to display */
    displayName?: string;
    /** E-mail addresses */
    emails?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Entitlements */
    entitlements?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Your own identifier */
    externalId?: string;
    /** Groups the user belongs to */
    groups?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** The provider's identifier */
    id?: string;
    /** Instant-messaging addresses */
    ims?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Locale, for example en-US */
    locale?: string;
    /** Common attributes */
    meta?: {
        /** When it was created */
        created?: string;
        /** When it was last changed */
        lastModified?: string;
        /** URI of the resource */
        location?: string;
        /** Name of the resource type */
        resourceType?: string;
        /** Version, an entity tag */
        version?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** The components of the name */
    name?: {
        /** Family name */
        familyName?: string;
        /** Full name, ready to display */
        formatted?: string;
        /** Given name */
        givenName?: string;
        /** Prefixes, for example Ms. */
        honorificPrefix?: string;
        /** Suffixes, for example III */
        honorificSuffix?: string;
        /** Middle names */
        middleName?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** Casual name */
    nickName?: string;
    /** Password; never returned */
    password?: string;
    /** Telephone numbers */
    phoneNumbers?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** URIs of photos */
    photos?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Preferred languages */
    preferredLanguage?: string;
    /** URI of a page about the user */
    profileUrl?: string;
    /** Roles */
    roles?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Time zone, IANA name */
    timezone?: string;
    /** Job title */
    title?: string;
    /** Enterprise attributes */
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"?: {
        /** Cost centre */
        costCenter?: string;
        /** Department */
        department?: string;
        /** Division */
        division?: string;
        /** Identifier given by the organisation */
        employeeNumber?: string;
        /** The manager */
        manager?: {
            /** URI of the manager */
            $ref?: string;
            /** Name of the manager */
            displayName?: string;
            /** id of the manager */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Organisation */
        organization?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** Name for signing in; unique */
    userName?: string;
    /** Relationship to the organisation */
    userType?: string;
    /** Certificates, base64 of DER */
    x509Certificates?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    [extension: `urn:${string}`]: unknown;
} | null;

export type DeactivateUserInput = {
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** id: The provider's identifier of the resource */
    id: string;
    /** Only in this version */
    ifMatch?: string;
    /** Read once more where the provider answers without a body */
    readBack?: boolean;
    /** Read first, change that version only, again where it has changed */
    readModifyWrite?: boolean;
};

export type DeactivateUserOutput = {
    /** Whether the account is active */
    active?: boolean;
    /** Postal addresses */
    addresses?: Array<{
        /** Country, ISO 3166-1 alpha-2 */
        country?: string;
        /** Full address, ready for a label */
        formatted?: string;
        /** City */
        locality?: string;
        /** Postal code */
        postalCode?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** State or region */
        region?: string;
        /** Street and house number */
        streetAddress?: string;
        /** What it is for: work, home, other */
        type?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Name to display */
    displayName?: string;
    /** E-mail addresses */
    emails?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Entitlements */
    entitlements?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Your own identifier */
    externalId?: string;
    /** Groups the user belongs to */
    groups?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** The provider's identifier */
    id?: string;
    /** Instant-messaging addresses */
    ims?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Locale, for example en-US */
    locale?: string;
    /** Common attributes */
    meta?: {
        /** When it was created */
        created?: string;
        /** When it was last changed */
        lastModified?: string;
        /** URI of the resource */
        location?: string;
        /** Name of the resource type */
        resourceType?: string;
        /** Version, an entity tag */
        version?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** The components of the name */
    name?: {
        /** Family name */
        familyName?: string;
        /** Full name, ready to display */
        formatted?: string;
        /** Given name */
        givenName?: string;
        /** Prefixes, for example Ms. */
        honorificPrefix?: string;
        /** Suffixes, for example III */
        honorificSuffix?: string;
        /** Middle names */
        middleName?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** Casual name */
    nickName?: string;
    /** Password; never returned */
    password?: string;
    /** Telephone numbers */
    phoneNumbers?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** URIs of photos */
    photos?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Preferred languages */
    preferredLanguage?: string;
    /** URI of a page about the user */
    profileUrl?: string;
    /** Roles */
    roles?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Time zone, IANA name */
    timezone?: string;
    /** Job title */
    title?: string;
    /** Enterprise attributes */
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"?: {
        /** Cost centre */
        costCenter?: string;
        /** Department */
        department?: string;
        /** Division */
        division?: string;
        /** Identifier given by the organisation */
        employeeNumber?: string;
        /** The manager */
        manager?: {
            /** URI of the manager */
            $ref?: string;
            /** Name of the manager */
            displayName?: string;
            /** id of the manager */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Organisation */
        organization?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** Name for signing in; unique */
    userName?: string;
    /** Relationship to the organisation */
    userType?: string;
    /** Certificates, base64 of DER */
    x509Certificates?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    [extension: `urn:${string}`]: unknown;
} | null;

export type CreateGroupInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** Group */
    payload: {
        /** Name to display */
        displayName: string;
        /** Your own identifier */
        externalId?: string;
        /** Members */
        members?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        [extension: `urn:${string}`]: unknown;
    };
    /** Check against the provider's schemas first */
    validate?: boolean;
};

export type CreateGroupOutput = {
    /** Name to display */
    displayName?: string;
    /** Your own identifier */
    externalId?: string;
    /** The provider's identifier */
    id?: string;
    /** Members */
    members?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Common attributes */
    meta?: {
        /** When it was created */
        created?: string;
        /** When it was last changed */
        lastModified?: string;
        /** URI of the resource */
        location?: string;
        /** Name of the resource type */
        resourceType?: string;
        /** Version, an entity tag */
        version?: string;
        [extension: `urn:${string}`]: unknown;
    };
    [extension: `urn:${string}`]: unknown;
};

export type GetGroupInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** id: The provider's identifier of the resource */
    id: string;
    /** Only if another version */
    ifNoneMatch?: string;
};

export type GetGroupOutput = {
    /** Name to display */
    displayName?: string;
    /** Your own identifier */
    externalId?: string;
    /** The provider's identifier */
    id?: string;
    /** Members */
    members?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Common attributes */
    meta?: {
        /** When it was created */
        created?: string;
        /** When it was last changed */
        lastModified?: string;
        /** URI of the resource */
        location?: string;
        /** Name of the resource type */
        resourceType?: string;
        /** Version, an entity tag */
        version?: string;
        [extension: `urn:${string}`]: unknown;
    };
    [extension: `urn:${string}`]: unknown;
};

export type ListGroupsInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Most results on a page */
    count?: number;
    /** Cursor (RFC 9865); empty for the first page */
    cursor?: string;
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Filter: RFC 7644 section 3.4.2.2 */
    filter?: string;
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** next of the page before */
    page?: string;
    /** Attribute to sort by */
    sortBy?: string;
    /** Order. Default: "ascending". */
    sortOrder?: "ascending" | "descending";
    /** Index of the first result */
    startIndex?: number;
};

export type ListGroupsOutput = {
    Resources: Array<{
        /** Name to display */
        displayName?: string;
        /** Your own identifier */
        externalId?: string;
        /** The provider's identifier */
        id?: string;
        /** Members */
        members?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Common attributes */
        meta?: {
            /** When it was created */
            created?: string;
            /** When it was last changed */
            lastModified?: string;
            /** URI of the resource */
            location?: string;
            /** Name of the resource type */
            resourceType?: string;
            /** Version, an entity tag */
            version?: string;
            [extension: `urn:${string}`]: unknown;
        };
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Whether the listing ended as the provider announced */
    complete: boolean;
    itemsPerPage?: number;
    /** Identifiers of those that came and do not match the filter */
    leftOut?: string[];
    /** Token of the next page: page of the next call */
    next?: string;
    startIndex?: number;
    totalResults?: number;
    [extension: `urn:${string}`]: unknown;
};

export type SearchGroupsInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Most results on a page */
    count?: number;
    /** Cursor (RFC 9865); empty for the first page */
    cursor?: string;
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Filter: RFC 7644 section 3.4.2.2 */
    filter?: string;
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** next of the page before */
    page?: string;
    /** Attribute to sort by */
    sortBy?: string;
    /** Order. Default: "ascending". */
    sortOrder?: "ascending" | "descending";
    /** Index of the first result */
    startIndex?: number;
};

export type SearchGroupsOutput = {
    Resources: Array<{
        /** Name to display */
        displayName?: string;
        /** Your own identifier */
        externalId?: string;
        /** The provider's identifier */
        id?: string;
        /** Members */
        members?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Common attributes */
        meta?: {
            /** When it was created */
            created?: string;
            /** When it was last changed */
            lastModified?: string;
            /** URI of the resource */
            location?: string;
            /** Name of the resource type */
            resourceType?: string;
            /** Version, an entity tag */
            version?: string;
            [extension: `urn:${string}`]: unknown;
        };
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Whether the listing ended as the provider announced */
    complete: boolean;
    itemsPerPage?: number;
    /** Identifiers of those that came and do not match the filter */
    leftOut?: string[];
    /** Token of the next page: page of the next call */
    next?: string;
    startIndex?: number;
    totalResults?: number;
    [extension: `urn:${string}`]: unknown;
};

export type UpdateGroupInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** id: The provider's identifier of the resource */
    id: string;
    /** Only in this version */
    ifMatch?: string;
    /** Group */
    payload: {
        /** Name to display */
        displayName: string;
        /** Your own identifier */
        externalId?: string;
        /** Members */
        members?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        [extension: `urn:${string}`]: unknown;
    };
    /** Read once more where the provider answers without a body */
    readBack?: boolean;
    /** Read first, change that version only, again where it has changed */
    readModifyWrite?: boolean;
    /** Check against the provider's schemas first */
    validate?: boolean;
};

export type UpdateGroupOutput = {
    /** Name to display */
    displayName?: string;
    /** Your own identifier */
    externalId?: string;
    /** The provider's identifier */
    id?: string;
    /** Members */
    members?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Common attributes */
    meta?: {
        /** When it was created */
        created?: string;
        /** When it was last changed */
        lastModified?: string;
        /** URI of the resource */
        location?: string;
        /** Name of the resource type */
        resourceType?: string;
        /** Version, an entity tag */
        version?: string;
        [extension: `urn:${string}`]: unknown;
    };
    [extension: `urn:${string}`]: unknown;
} | null;

export type PatchGroupInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** id: The provider's identifier of the resource */
    id: string;
    /** Only in this version */
    ifMatch?: string;
    /** Operations */
    operations: Array<{
        op: "add" | "remove" | "replace";
        /** Attribute path */
        path?: string;
        /** Value */
        value?: unknown;
    }>;
    /** Read once more where the provider answers without a body */
    readBack?: boolean;
    /** Read first, change that version only, again where it has changed */
    readModifyWrite?: boolean;
    /** Check against the provider's schemas first */
    validate?: boolean;
};

export type PatchGroupOutput = {
    /** Name to display */
    displayName?: string;
    /** Your own identifier */
    externalId?: string;
    /** The provider's identifier */
    id?: string;
    /** Members */
    members?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Common attributes */
    meta?: {
        /** When it was created */
        created?: string;
        /** When it was last changed */
        lastModified?: string;
        /** URI of the resource */
        location?: string;
        /** Name of the resource type */
        resourceType?: string;
        /** Version, an entity tag */
        version?: string;
        [extension: `urn:${string}`]: unknown;
    };
    [extension: `urn:${string}`]: unknown;
} | null;

export type DeleteGroupInput = {
    /** Not being there is a success */
    goneIsDone?: boolean;
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** id: The provider's identifier of the resource */
    id: string;
    /** Only in this version */
    ifMatch?: string;
};

export type DeleteGroupOutput = null;

export type EnsureGroupInput = {
    /** Say what would be done, and do nothing */
    dryRun?: boolean;
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** Attributes to find it by */
    matchOn?: string[];
    /** Group */
    payload: {
        /** Name to display */
        displayName: string;
        /** Your own identifier */
        externalId?: string;
        /** Members */
        members?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        [extension: `urn:${string}`]: unknown;
    };
    /** Check against the provider's schemas first */
    validate?: boolean;
};

export type EnsureGroupOutput = {
    /** The changes that were sent */
    changes: Array<{
        op: "add" | "remove" | "replace";
        path?: string;
        value?: unknown;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** There if it was a dry run: nothing was changed */
    dryRun?: true;
    /** Group */
    group: {
        /** Name to display */
        displayName?: string;
        /** Your own identifier */
        externalId?: string;
        /** The provider's identifier */
        id?: string;
        /** Members */
        members?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Common attributes */
        meta?: {
            /** When it was created */
            created?: string;
            /** When it was last changed */
            lastModified?: string;
            /** URI of the resource */
            location?: string;
            /** Name of the resource type */
            resourceType?: string;
            /** Version, an entity tag */
            version?: string;
            [extension: `urn:${string}`]: unknown;
        };
        [extension: `urn:${string}`]: unknown;
    };
    /** What was done */
    outcome: "created" | "updated" | "unchanged";
    [extension: `urn:${string}`]: unknown;
};

export type AddGroupMembersInput = {
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** id: The provider's identifier of the resource */
    id: string;
    /** Members */
    members: Array<string | {
        /** Its name, for a provider that wants it */
        display?: string;
        /** User or Group */
        type?: string;
        /** id of the member */
        value: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Read once more where the provider answers without a body */
    readBack?: boolean;
};

export type AddGroupMembersOutput = {
    /** Members added */
    added: number;
    /** Members removed */
    removed: number;
    /** Members that were right already, where that is known */
    unchanged?: number | null;
    /** Whether the provider showed the members after the change */
    verified: boolean;
    [extension: `urn:${string}`]: unknown;
};

export type RemoveGroupMembersInput = {
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** id: The provider's identifier of the resource */
    id: string;
    /** Members */
    members: Array<string | {
        /** Its name, for a provider that wants it */
        display?: string;
        /** User or Group */
        type?: string;
        /** id of the member */
        value: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Read once more where the provider answers without a body */
    readBack?: boolean;
};

export type RemoveGroupMembersOutput = {
    /** Members added */
    added: number;
    /** Members removed */
    removed: number;
    /** Members that were right already, where that is known */
    unchanged?: number | null;
    /** Whether the provider showed the members after the change */
    verified: boolean;
    [extension: `urn:${string}`]: unknown;
};

export type SetGroupMembersInput = {
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** id: The provider's identifier of the resource */
    id: string;
    /** Members */
    members: Array<string | {
        /** Its name, for a provider that wants it */
        display?: string;
        /** User or Group */
        type?: string;
        /** id of the member */
        value: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Read once more where the provider answers without a body */
    readBack?: boolean;
};

export type SetGroupMembersOutput = {
    /** Members added */
    added: number;
    /** Members removed */
    removed: number;
    /** Members that were right already, where that is known */
    unchanged?: number | null;
    /** Whether the provider showed the members after the change */
    verified: boolean;
    [extension: `urn:${string}`]: unknown;
};

export type GetMeInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** Only if another version */
    ifNoneMatch?: string;
};

export type GetMeOutput = {
    /** Whether the account is active */
    active?: boolean;
    /** Postal addresses */
    addresses?: Array<{
        /** Country, ISO 3166-1 alpha-2 */
        country?: string;
        /** Full address, ready for a label */
        formatted?: string;
        /** City */
        locality?: string;
        /** Postal code */
        postalCode?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** State or region */
        region?: string;
        /** Street and house number */
        streetAddress?: string;
        /** What it is for: work, home, other */
        type?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Name to display */
    displayName?: string;
    /** E-mail addresses */
    emails?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Entitlements */
    entitlements?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Your own identifier */
    externalId?: string;
    /** Groups the user belongs to */
    groups?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** The provider's identifier */
    id?: string;
    /** Instant-messaging addresses */
    ims?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Locale, for example en-US */
    locale?: string;
    /** Common attributes */
    meta?: {
        /** When it was created */
        created?: string;
        /** When it was last changed */
        lastModified?: string;
        /** URI of the resource */
        location?: string;
        /** Name of the resource type */
        resourceType?: string;
        /** Version, an entity tag */
        version?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** The components of the name */
    name?: {
        /** Family name */
        familyName?: string;
        /** Full name, ready to display */
        formatted?: string;
        /** Given name */
        givenName?: string;
        /** Prefixes, for example Ms. */
        honorificPrefix?: string;
        /** Suffixes, for example III */
        honorificSuffix?: string;
        /** Middle names */
        middleName?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** Casual name */
    nickName?: string;
    /** Password; never returned */
    password?: string;
    /** Telephone numbers */
    phoneNumbers?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** URIs of photos */
    photos?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Preferred languages */
    preferredLanguage?: string;
    /** URI of a page about the user */
    profileUrl?: string;
    /** Roles */
    roles?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Time zone, IANA name */
    timezone?: string;
    /** Job title */
    title?: string;
    /** Enterprise attributes */
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"?: {
        /** Cost centre */
        costCenter?: string;
        /** Department */
        department?: string;
        /** Division */
        division?: string;
        /** Identifier given by the organisation */
        employeeNumber?: string;
        /** The manager */
        manager?: {
            /** URI of the manager */
            $ref?: string;
            /** Name of the manager */
            displayName?: string;
            /** id of the manager */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Organisation */
        organization?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** Name for signing in; unique */
    userName?: string;
    /** Relationship to the organisation */
    userType?: string;
    /** Certificates, base64 of DER */
    x509Certificates?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    [extension: `urn:${string}`]: unknown;
};

export type CreateMeInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** User */
    payload: {
        /** Whether the account is active */
        active?: boolean;
        /** Postal addresses */
        addresses?: Array<{
            /** Country, ISO 3166-1 alpha-2 */
            country?: string;
            /** Full address, ready for a label */
            formatted?: string;
            /** City */
            locality?: string;
            /** Postal code */
            postalCode?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** State or region */
            region?: string;
            /** Street and house number */
            streetAddress?: string;
            /** What it is for: work, home, other */
            type?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Name to display */
        displayName?: string;
        /** E-mail addresses */
        emails?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Entitlements */
        entitlements?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Your own identifier */
        externalId?: string;
        /** Instant-messaging addresses */
        ims?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Locale, for example en-US */
        locale?: string;
        /** The components of the name */
        name?: {
            /** Family name */
            familyName?: string;
            /** Full name, ready to display */
            formatted?: string;
            /** Given name */
            givenName?: string;
            /** Prefixes, for example Ms. */
            honorificPrefix?: string;
            /** Suffixes, for example III */
            honorificSuffix?: string;
            /** Middle names */
            middleName?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Casual name */
        nickName?: string;
        /** Password; never returned */
        password?: string;
        /** Telephone numbers */
        phoneNumbers?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** URIs of photos */
        photos?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Preferred languages */
        preferredLanguage?: string;
        /** URI of a page about the user */
        profileUrl?: string;
        /** Roles */
        roles?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Time zone, IANA name */
        timezone?: string;
        /** Job title */
        title?: string;
        /** Enterprise attributes */
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"?: {
            /** Cost centre */
            costCenter?: string;
            /** Department */
            department?: string;
            /** Division */
            division?: string;
            /** Identifier given by the organisation */
            employeeNumber?: string;
            /** The manager */
            manager?: {
                /** URI of the manager */
                $ref?: string;
                /** id of the manager */
                value?: string;
                [extension: `urn:${string}`]: unknown;
            };
            /** Organisation */
            organization?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Name for signing in; unique */
        userName: string;
        /** Relationship to the organisation */
        userType?: string;
        /** Certificates, base64 of DER */
        x509Certificates?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        [extension: `urn:${string}`]: unknown;
    };
    /** Check against the provider's schemas first */
    validate?: boolean;
};

export type CreateMeOutput = {
    /** Whether the account is active */
    active?: boolean;
    /** Postal addresses */
    addresses?: Array<{
        /** Country, ISO 3166-1 alpha-2 */
        country?: string;
        /** Full address, ready for a label */
        formatted?: string;
        /** City */
        locality?: string;
        /** Postal code */
        postalCode?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** State or region */
        region?: string;
        /** Street and house number */
        streetAddress?: string;
        /** What it is for: work, home, other */
        type?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Name to display */
    displayName?: string;
    /** E-mail addresses */
    emails?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Entitlements */
    entitlements?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Your own identifier */
    externalId?: string;
    /** Groups the user belongs to */
    groups?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** The provider's identifier */
    id?: string;
    /** Instant-messaging addresses */
    ims?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Locale, for example en-US */
    locale?: string;
    /** Common attributes */
    meta?: {
        /** When it was created */
        created?: string;
        /** When it was last changed */
        lastModified?: string;
        /** URI of the resource */
        location?: string;
        /** Name of the resource type */
        resourceType?: string;
        /** Version, an entity tag */
        version?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** The components of the name */
    name?: {
        /** Family name */
        familyName?: string;
        /** Full name, ready to display */
        formatted?: string;
        /** Given name */
        givenName?: string;
        /** Prefixes, for example Ms. */
        honorificPrefix?: string;
        /** Suffixes, for example III */
        honorificSuffix?: string;
        /** Middle names */
        middleName?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** Casual name */
    nickName?: string;
    /** Password; never returned */
    password?: string;
    /** Telephone numbers */
    phoneNumbers?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** URIs of photos */
    photos?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Preferred languages */
    preferredLanguage?: string;
    /** URI of a page about the user */
    profileUrl?: string;
    /** Roles */
    roles?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Time zone, IANA name */
    timezone?: string;
    /** Job title */
    title?: string;
    /** Enterprise attributes */
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"?: {
        /** Cost centre */
        costCenter?: string;
        /** Department */
        department?: string;
        /** Division */
        division?: string;
        /** Identifier given by the organisation */
        employeeNumber?: string;
        /** The manager */
        manager?: {
            /** URI of the manager */
            $ref?: string;
            /** Name of the manager */
            displayName?: string;
            /** id of the manager */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Organisation */
        organization?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** Name for signing in; unique */
    userName?: string;
    /** Relationship to the organisation */
    userType?: string;
    /** Certificates, base64 of DER */
    x509Certificates?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    [extension: `urn:${string}`]: unknown;
};

export type UpdateMeInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** Only in this version */
    ifMatch?: string;
    /** User */
    payload: {
        /** Whether the account is active */
        active?: boolean;
        /** Postal addresses */
        addresses?: Array<{
            /** Country, ISO 3166-1 alpha-2 */
            country?: string;
            /** Full address, ready for a label */
            formatted?: string;
            /** City */
            locality?: string;
            /** Postal code */
            postalCode?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** State or region */
            region?: string;
            /** Street and house number */
            streetAddress?: string;
            /** What it is for: work, home, other */
            type?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Name to display */
        displayName?: string;
        /** E-mail addresses */
        emails?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Entitlements */
        entitlements?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Your own identifier */
        externalId?: string;
        /** Instant-messaging addresses */
        ims?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Locale, for example en-US */
        locale?: string;
        /** The components of the name */
        name?: {
            /** Family name */
            familyName?: string;
            /** Full name, ready to display */
            formatted?: string;
            /** Given name */
            givenName?: string;
            /** Prefixes, for example Ms. */
            honorificPrefix?: string;
            /** Suffixes, for example III */
            honorificSuffix?: string;
            /** Middle names */
            middleName?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Casual name */
        nickName?: string;
        /** Password; never returned */
        password?: string;
        /** Telephone numbers */
        phoneNumbers?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** URIs of photos */
        photos?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Preferred languages */
        preferredLanguage?: string;
        /** URI of a page about the user */
        profileUrl?: string;
        /** Roles */
        roles?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        /** Time zone, IANA name */
        timezone?: string;
        /** Job title */
        title?: string;
        /** Enterprise attributes */
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"?: {
            /** Cost centre */
            costCenter?: string;
            /** Department */
            department?: string;
            /** Division */
            division?: string;
            /** Identifier given by the organisation */
            employeeNumber?: string;
            /** The manager */
            manager?: {
                /** URI of the manager */
                $ref?: string;
                /** id of the manager */
                value?: string;
                [extension: `urn:${string}`]: unknown;
            };
            /** Organisation */
            organization?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Name for signing in; unique */
        userName: string;
        /** Relationship to the organisation */
        userType?: string;
        /** Certificates, base64 of DER */
        x509Certificates?: Array<{
            /** URI of the resource it points to */
            $ref?: string;
            /** A name to display */
            display?: string;
            /** Whether it is the preferred one */
            primary?: boolean;
            /** What it is for, for example work */
            type?: string;
            /** The value itself */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        }>;
        [extension: `urn:${string}`]: unknown;
    };
    /** Read once more where the provider answers without a body */
    readBack?: boolean;
    /** Read first, change that version only, again where it has changed */
    readModifyWrite?: boolean;
    /** Check against the provider's schemas first */
    validate?: boolean;
};

export type UpdateMeOutput = {
    /** Whether the account is active */
    active?: boolean;
    /** Postal addresses */
    addresses?: Array<{
        /** Country, ISO 3166-1 alpha-2 */
        country?: string;
        /** Full address, ready for a label */
        formatted?: string;
        /** City */
        locality?: string;
        /** Postal code */
        postalCode?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** State or region */
        region?: string;
        /** Street and house number */
        streetAddress?: string;
        /** What it is for: work, home, other */
        type?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Name to display */
    displayName?: string;
    /** E-mail addresses */
    emails?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Entitlements */
    entitlements?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Your own identifier */
    externalId?: string;
    /** Groups the user belongs to */
    groups?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** The provider's identifier */
    id?: string;
    /** Instant-messaging addresses */
    ims?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Locale, for example en-US */
    locale?: string;
    /** Common attributes */
    meta?: {
        /** When it was created */
        created?: string;
        /** When it was last changed */
        lastModified?: string;
        /** URI of the resource */
        location?: string;
        /** Name of the resource type */
        resourceType?: string;
        /** Version, an entity tag */
        version?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** The components of the name */
    name?: {
        /** Family name */
        familyName?: string;
        /** Full name, ready to display */
        formatted?: string;
        /** Given name */
        givenName?: string;
        /** Prefixes, for example Ms. */
        honorificPrefix?: string;
        /** Suffixes, for example III */
        honorificSuffix?: string;
        /** Middle names */
        middleName?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** Casual name */
    nickName?: string;
    /** Password; never returned */
    password?: string;
    /** Telephone numbers */
    phoneNumbers?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** URIs of photos */
    photos?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Preferred languages */
    preferredLanguage?: string;
    /** URI of a page about the user */
    profileUrl?: string;
    /** Roles */
    roles?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Time zone, IANA name */
    timezone?: string;
    /** Job title */
    title?: string;
    /** Enterprise attributes */
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"?: {
        /** Cost centre */
        costCenter?: string;
        /** Department */
        department?: string;
        /** Division */
        division?: string;
        /** Identifier given by the organisation */
        employeeNumber?: string;
        /** The manager */
        manager?: {
            /** URI of the manager */
            $ref?: string;
            /** Name of the manager */
            displayName?: string;
            /** id of the manager */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Organisation */
        organization?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** Name for signing in; unique */
    userName?: string;
    /** Relationship to the organisation */
    userType?: string;
    /** Certificates, base64 of DER */
    x509Certificates?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    [extension: `urn:${string}`]: unknown;
} | null;

export type PatchMeInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** Only in this version */
    ifMatch?: string;
    /** Operations */
    operations: Array<{
        op: "add" | "remove" | "replace";
        /** Attribute path */
        path?: string;
        /** Value */
        value?: unknown;
    }>;
    /** Read once more where the provider answers without a body */
    readBack?: boolean;
    /** Read first, change that version only, again where it has changed */
    readModifyWrite?: boolean;
    /** Check against the provider's schemas first */
    validate?: boolean;
};

export type PatchMeOutput = {
    /** Whether the account is active */
    active?: boolean;
    /** Postal addresses */
    addresses?: Array<{
        /** Country, ISO 3166-1 alpha-2 */
        country?: string;
        /** Full address, ready for a label */
        formatted?: string;
        /** City */
        locality?: string;
        /** Postal code */
        postalCode?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** State or region */
        region?: string;
        /** Street and house number */
        streetAddress?: string;
        /** What it is for: work, home, other */
        type?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Name to display */
    displayName?: string;
    /** E-mail addresses */
    emails?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Entitlements */
    entitlements?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Your own identifier */
    externalId?: string;
    /** Groups the user belongs to */
    groups?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** The provider's identifier */
    id?: string;
    /** Instant-messaging addresses */
    ims?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Locale, for example en-US */
    locale?: string;
    /** Common attributes */
    meta?: {
        /** When it was created */
        created?: string;
        /** When it was last changed */
        lastModified?: string;
        /** URI of the resource */
        location?: string;
        /** Name of the resource type */
        resourceType?: string;
        /** Version, an entity tag */
        version?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** The components of the name */
    name?: {
        /** Family name */
        familyName?: string;
        /** Full name, ready to display */
        formatted?: string;
        /** Given name */
        givenName?: string;
        /** Prefixes, for example Ms. */
        honorificPrefix?: string;
        /** Suffixes, for example III */
        honorificSuffix?: string;
        /** Middle names */
        middleName?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** Casual name */
    nickName?: string;
    /** Password; never returned */
    password?: string;
    /** Telephone numbers */
    phoneNumbers?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** URIs of photos */
    photos?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Preferred languages */
    preferredLanguage?: string;
    /** URI of a page about the user */
    profileUrl?: string;
    /** Roles */
    roles?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    /** Time zone, IANA name */
    timezone?: string;
    /** Job title */
    title?: string;
    /** Enterprise attributes */
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"?: {
        /** Cost centre */
        costCenter?: string;
        /** Department */
        department?: string;
        /** Division */
        division?: string;
        /** Identifier given by the organisation */
        employeeNumber?: string;
        /** The manager */
        manager?: {
            /** URI of the manager */
            $ref?: string;
            /** Name of the manager */
            displayName?: string;
            /** id of the manager */
            value?: string;
            [extension: `urn:${string}`]: unknown;
        };
        /** Organisation */
        organization?: string;
        [extension: `urn:${string}`]: unknown;
    };
    /** Name for signing in; unique */
    userName?: string;
    /** Relationship to the organisation */
    userType?: string;
    /** Certificates, base64 of DER */
    x509Certificates?: Array<{
        /** URI of the resource it points to */
        $ref?: string;
        /** A name to display */
        display?: string;
        /** Whether it is the preferred one */
        primary?: boolean;
        /** What it is for, for example work */
        type?: string;
        /** The value itself */
        value?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    [extension: `urn:${string}`]: unknown;
} | null;

export type DeleteMeInput = {
    /** Not being there is a success */
    goneIsDone?: boolean;
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** Only in this version */
    ifMatch?: string;
};

export type DeleteMeOutput = null;

export type CreateResourceInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Path below the service URL */
    endpoint?: string;
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** Resource */
    payload: { [name: string]: unknown };
    /** Name of the resource type */
    resourceType?: string;
    /** Check against the provider's schemas first */
    validate?: boolean;
};

export type CreateResourceOutput = { [name: string]: unknown };

export type GetResourceInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Path below the service URL */
    endpoint?: string;
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** id: The provider's identifier of the resource */
    id: string;
    /** Only if another version */
    ifNoneMatch?: string;
    /** Name of the resource type */
    resourceType?: string;
};

export type GetResourceOutput = { [name: string]: unknown };

export type ListResourcesInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Most results on a page */
    count?: number;
    /** Cursor (RFC 9865); empty for the first page */
    cursor?: string;
    /** Path below the service URL */
    endpoint?: string;
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Filter: RFC 7644 section 3.4.2.2 */
    filter?: string;
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** next of the page before */
    page?: string;
    /** Name of the resource type */
    resourceType?: string;
    /** Attribute to sort by */
    sortBy?: string;
    /** Order. Default: "ascending". */
    sortOrder?: "ascending" | "descending";
    /** Index of the first result */
    startIndex?: number;
};

export type ListResourcesOutput = {
    Resources: Array<{ [name: string]: unknown }>;
    /** Whether the listing ended as the provider announced */
    complete: boolean;
    itemsPerPage?: number;
    /** Identifiers of those that came and do not match the filter */
    leftOut?: string[];
    /** Token of the next page: page of the next call */
    next?: string;
    startIndex?: number;
    totalResults?: number;
    [extension: `urn:${string}`]: unknown;
};

export type SearchResourcesInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Most results on a page */
    count?: number;
    /** Cursor (RFC 9865); empty for the first page */
    cursor?: string;
    /** Path below the service URL */
    endpoint?: string;
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Filter: RFC 7644 section 3.4.2.2 */
    filter?: string;
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** next of the page before */
    page?: string;
    /** Name of the resource type */
    resourceType?: string;
    /** Attribute to sort by */
    sortBy?: string;
    /** Order. Default: "ascending". */
    sortOrder?: "ascending" | "descending";
    /** Index of the first result */
    startIndex?: number;
};

export type SearchResourcesOutput = {
    Resources: Array<{ [name: string]: unknown }>;
    /** Whether the listing ended as the provider announced */
    complete: boolean;
    itemsPerPage?: number;
    /** Identifiers of those that came and do not match the filter */
    leftOut?: string[];
    /** Token of the next page: page of the next call */
    next?: string;
    startIndex?: number;
    totalResults?: number;
    [extension: `urn:${string}`]: unknown;
};

export type UpdateResourceInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Path below the service URL */
    endpoint?: string;
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** id: The provider's identifier of the resource */
    id: string;
    /** Only in this version */
    ifMatch?: string;
    /** Resource */
    payload: { [name: string]: unknown };
    /** Read once more where the provider answers without a body */
    readBack?: boolean;
    /** Read first, change that version only, again where it has changed */
    readModifyWrite?: boolean;
    /** Name of the resource type */
    resourceType?: string;
    /** Check against the provider's schemas first */
    validate?: boolean;
};

export type UpdateResourceOutput = { [name: string]: unknown } | null;

export type PatchResourceInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Path below the service URL */
    endpoint?: string;
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** id: The provider's identifier of the resource */
    id: string;
    /** Only in this version */
    ifMatch?: string;
    /** Operations */
    operations: Array<{
        op: "add" | "remove" | "replace";
        /** Attribute path */
        path?: string;
        /** Value */
        value?: unknown;
    }>;
    /** Read once more where the provider answers without a body */
    readBack?: boolean;
    /** Read first, change that version only, again where it has changed */
    readModifyWrite?: boolean;
    /** Name of the resource type */
    resourceType?: string;
    /** Check against the provider's schemas first */
    validate?: boolean;
};

export type PatchResourceOutput = { [name: string]: unknown } | null;

export type DeleteResourceInput = {
    /** Path below the service URL */
    endpoint?: string;
    /** Not being there is a success */
    goneIsDone?: boolean;
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** id: The provider's identifier of the resource */
    id: string;
    /** Only in this version */
    ifMatch?: string;
    /** Name of the resource type */
    resourceType?: string;
};

export type DeleteResourceOutput = null;

export type SearchInput = {
    /** Only these attributes */
    attributes?: string[];
    /** Most results on a page */
    count?: number;
    /** Cursor (RFC 9865); empty for the first page */
    cursor?: string;
    /** Not these attributes */
    excludedAttributes?: string[];
    /** Filter: RFC 7644 section 3.4.2.2 */
    filter?: string;
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** next of the page before */
    page?: string;
    /** Attribute to sort by */
    sortBy?: string;
    /** Order. Default: "ascending". */
    sortOrder?: "ascending" | "descending";
    /** Index of the first result */
    startIndex?: number;
};

export type SearchOutput = {
    Resources: Array<{ [name: string]: unknown }>;
    /** Whether the listing ended as the provider announced */
    complete: boolean;
    itemsPerPage?: number;
    /** Identifiers of those that came and do not match the filter */
    leftOut?: string[];
    /** Token of the next page: page of the next call */
    next?: string;
    startIndex?: number;
    totalResults?: number;
    [extension: `urn:${string}`]: unknown;
};

export type SubmitRequestInput = {
    /** Headers of this request */
    headers?: { [name: string]: string };
    request: {
        /** Name of what is created, to refer to it as bulkId:NAME */
        bulkId?: string;
        /** The resource, or the PATCH operations */
        data?: { [name: string]: unknown } | unknown[];
        method: "POST" | "PUT" | "PATCH" | "DELETE";
        /** Path below the service URL */
        path: string;
        /** Only in this version */
        version?: string;
    };
};

export type SubmitRequestOutput = {
    done: false;
    ticket: {
        location?: string;
        method: "POST" | "PUT" | "PATCH" | "DELETE";
        operations?: number;
        path: string;
        transaction?: string;
    };
    [extension: `urn:${string}`]: unknown;
} | {
    done: true;
    result: {
        bulkId?: string;
        /** Why it failed, or that it was not carried out */
        failure?: { [name: string]: unknown };
        id?: string;
        /** Index of the operation, from 0 */
        index: number;
        location?: string;
        method: "POST" | "PUT" | "PATCH" | "DELETE";
        /** Body of the answer */
        response?: unknown;
        status?: number;
        version?: string;
        [extension: `urn:${string}`]: unknown;
    };
    [extension: `urn:${string}`]: unknown;
};

export type CollectRequestInput = {
    ticket: {
        location?: string;
        method: "POST" | "PUT" | "PATCH" | "DELETE";
        operations?: number;
        path: string;
        transaction?: string;
    };
};

export type CollectRequestOutput = {
    done: false;
    /** Ask again after so many milliseconds */
    retryAfterMs: number;
    [extension: `urn:${string}`]: unknown;
} | {
    done: true;
    result: {
        bulkId?: string;
        /** Why it failed, or that it was not carried out */
        failure?: { [name: string]: unknown };
        id?: string;
        /** Index of the operation, from 0 */
        index: number;
        location?: string;
        method: "POST" | "PUT" | "PATCH" | "DELETE";
        /** Body of the answer */
        response?: unknown;
        status?: number;
        version?: string;
        [extension: `urn:${string}`]: unknown;
    };
    [extension: `urn:${string}`]: unknown;
};

export type BulkInput = {
    /** Stop after so many errors */
    failOnErrors?: number;
    /** Headers of this request */
    headers?: { [name: string]: string };
    /** Names and ids of resources created by earlier calls */
    known?: { [name: string]: string };
    /** Operations */
    operations: Array<{
        /** Name of what is created, to refer to it as bulkId:NAME */
        bulkId?: string;
        /** The resource, or the PATCH operations */
        data?: { [name: string]: unknown } | unknown[];
        method: "POST" | "PUT" | "PATCH" | "DELETE";
        /** Path below the service URL */
        path: string;
        /** Only in this version */
        version?: string;
    }>;
};

export type BulkOutput = {
    /** How many failed or were not carried out */
    failed: number;
    /** One result for each operation, in their order */
    results: Array<{
        bulkId?: string;
        /** Why it failed, or that it was not carried out */
        failure?: { [name: string]: unknown };
        id?: string;
        /** Index of the operation, from 0 */
        index: number;
        location?: string;
        method: "POST" | "PUT" | "PATCH" | "DELETE";
        /** Body of the answer */
        response?: unknown;
        status?: number;
        version?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    succeeded: number;
    [extension: `urn:${string}`]: unknown;
};

export type GetServiceProviderConfigInput = { [name: string]: never };

export type GetServiceProviderConfigOutput = {
    bulk: {
        source: "discovered" | "overridden" | "assumed";
        supported: boolean;
        [extension: `urn:${string}`]: unknown;
    };
    changePassword: {
        source: "discovered" | "overridden" | "assumed";
        supported: boolean;
        [extension: `urn:${string}`]: unknown;
    };
    etag: {
        source: "discovered" | "overridden" | "assumed";
        supported: boolean;
        [extension: `urn:${string}`]: unknown;
    };
    filter: {
        source: "discovered" | "overridden" | "assumed";
        supported: boolean;
        [extension: `urn:${string}`]: unknown;
    };
    patch: {
        source: "discovered" | "overridden" | "assumed";
        supported: boolean;
        [extension: `urn:${string}`]: unknown;
    };
    sort: {
        source: "discovered" | "overridden" | "assumed";
        supported: boolean;
        [extension: `urn:${string}`]: unknown;
    };
    [extension: `urn:${string}`]: unknown;
};

export type ListResourceTypesInput = { [name: string]: never };

export type ListResourceTypesOutput = Array<{
    description?: string;
    endpoint: string;
    id?: string;
    name: string;
    schema: string;
    schemaExtensions?: Array<{
        required?: boolean;
        schema?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    [extension: `urn:${string}`]: unknown;
}>;

export type GetResourceTypeInput = {
    /** id: The provider's identifier of the resource */
    id: string;
};

export type GetResourceTypeOutput = {
    description?: string;
    endpoint: string;
    id?: string;
    name: string;
    schema: string;
    schemaExtensions?: Array<{
        required?: boolean;
        schema?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    [extension: `urn:${string}`]: unknown;
};

export type ListSchemasInput = { [name: string]: never };

export type ListSchemasOutput = Array<{
    attributes: Array<{
        canonicalValues?: string[];
        caseExact?: boolean;
        description?: string;
        multiValued?: boolean;
        mutability?: string;
        name: string;
        referenceTypes?: string[];
        required?: boolean;
        returned?: string;
        subAttributes?: Array<{ [name: string]: unknown }>;
        type: string;
        uniqueness?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    description?: string;
    id: string;
    name?: string;
    [extension: `urn:${string}`]: unknown;
}>;

export type GetSchemaInput = {
    /** id: The provider's identifier of the resource */
    id: string;
};

export type GetSchemaOutput = {
    attributes: Array<{
        canonicalValues?: string[];
        caseExact?: boolean;
        description?: string;
        multiValued?: boolean;
        mutability?: string;
        name: string;
        referenceTypes?: string[];
        required?: boolean;
        returned?: string;
        subAttributes?: Array<{ [name: string]: unknown }>;
        type: string;
        uniqueness?: string;
        [extension: `urn:${string}`]: unknown;
    }>;
    description?: string;
    id: string;
    name?: string;
    [extension: `urn:${string}`]: unknown;
};

/** Inputs and outputs by the names of the operations. */
export interface Operations {
    createUser: { input: CreateUserInput; output: CreateUserOutput };
    getUser: { input: GetUserInput; output: GetUserOutput };
    listUsers: { input: ListUsersInput; output: ListUsersOutput };
    searchUsers: { input: SearchUsersInput; output: SearchUsersOutput };
    updateUser: { input: UpdateUserInput; output: UpdateUserOutput };
    patchUser: { input: PatchUserInput; output: PatchUserOutput };
    deleteUser: { input: DeleteUserInput; output: DeleteUserOutput };
    ensureUser: { input: EnsureUserInput; output: EnsureUserOutput };
    activateUser: { input: ActivateUserInput; output: ActivateUserOutput };
    deactivateUser: { input: DeactivateUserInput; output: DeactivateUserOutput };
    createGroup: { input: CreateGroupInput; output: CreateGroupOutput };
    getGroup: { input: GetGroupInput; output: GetGroupOutput };
    listGroups: { input: ListGroupsInput; output: ListGroupsOutput };
    searchGroups: { input: SearchGroupsInput; output: SearchGroupsOutput };
    updateGroup: { input: UpdateGroupInput; output: UpdateGroupOutput };
    patchGroup: { input: PatchGroupInput; output: PatchGroupOutput };
    deleteGroup: { input: DeleteGroupInput; output: DeleteGroupOutput };
    ensureGroup: { input: EnsureGroupInput; output: EnsureGroupOutput };
    addGroupMembers: { input: AddGroupMembersInput; output: AddGroupMembersOutput };
    removeGroupMembers: { input: RemoveGroupMembersInput; output: RemoveGroupMembersOutput };
    setGroupMembers: { input: SetGroupMembersInput; output: SetGroupMembersOutput };
    getMe: { input: GetMeInput; output: GetMeOutput };
    createMe: { input: CreateMeInput; output: CreateMeOutput };
    updateMe: { input: UpdateMeInput; output: UpdateMeOutput };
    patchMe: { input: PatchMeInput; output: PatchMeOutput };
    deleteMe: { input: DeleteMeInput; output: DeleteMeOutput };
    createResource: { input: CreateResourceInput; output: CreateResourceOutput };
    getResource: { input: GetResourceInput; output: GetResourceOutput };
    listResources: { input: ListResourcesInput; output: ListResourcesOutput };
    searchResources: { input: SearchResourcesInput; output: SearchResourcesOutput };
    updateResource: { input: UpdateResourceInput; output: UpdateResourceOutput };
    patchResource: { input: PatchResourceInput; output: PatchResourceOutput };
    deleteResource: { input: DeleteResourceInput; output: DeleteResourceOutput };
    search: { input: SearchInput; output: SearchOutput };
    submitRequest: { input: SubmitRequestInput; output: SubmitRequestOutput };
    collectRequest: { input: CollectRequestInput; output: CollectRequestOutput };
    bulk: { input: BulkInput; output: BulkOutput };
    getServiceProviderConfig: { input: GetServiceProviderConfigInput; output: GetServiceProviderConfigOutput };
    listResourceTypes: { input: ListResourceTypesInput; output: ListResourceTypesOutput };
    getResourceType: { input: GetResourceTypeInput; output: GetResourceTypeOutput };
    listSchemas: { input: ListSchemasInput; output: ListSchemasOutput };
    getSchema: { input: GetSchemaInput; output: GetSchemaOutput };
}

/** The operations as methods. */
export interface OperationMethods {
    /** Creates a user. */
    createUser(input: CreateUserInput, options?: CallOptions): Promise<CreateUserOutput>;
    /** Reads a user. */
    getUser(input: GetUserInput, options?: CallOptions): Promise<GetUserOutput>;
    /** Lists users, a page at a time. */
    listUsers(input?: ListUsersInput, options?: CallOptions): Listing<ListUsersOutput, ListUsersOutput['Resources'][number]>;
    /** Lists users like `list-users`, by POST to `/Users/.search`, so that the query stands in no URL and no access log; `unsupported` where the provider has no such endpoint. */
    searchUsers(input?: SearchUsersInput, options?: CallOptions): Listing<SearchUsersOutput, SearchUsersOutput['Resources'][number]>;
    /** Replaces a user. */
    updateUser(input: UpdateUserInput, options?: CallOptions): Promise<UpdateUserOutput>;
    /** Changes parts of a user. */
    patchUser(input: PatchUserInput, options?: CallOptions): Promise<PatchUserOutput>;
    /** Deletes a user. */
    deleteUser(input: DeleteUserInput, options?: CallOptions): Promise<DeleteUserOutput>;
    /** Makes a user exist as described: finds it, creates it or changes what differs. */
    ensureUser(input: EnsureUserInput, options?: CallOptions): Promise<EnsureUserOutput>;
    /** Sets `active` to true, by one PATCH and without a read before it; by PUT where the profile says so. */
    activateUser(input: ActivateUserInput, options?: CallOptions): Promise<ActivateUserOutput>;
    /** Sets `active` to false, as `activate-user` sets it to true. */
    deactivateUser(input: DeactivateUserInput, options?: CallOptions): Promise<DeactivateUserOutput>;
    /** Creates a group. */
    createGroup(input: CreateGroupInput, options?: CallOptions): Promise<CreateGroupOutput>;
    /** Reads a group. */
    getGroup(input: GetGroupInput, options?: CallOptions): Promise<GetGroupOutput>;
    /** Lists groups, a page at a time. */
    listGroups(input?: ListGroupsInput, options?: CallOptions): Listing<ListGroupsOutput, ListGroupsOutput['Resources'][number]>;
    /** Lists groups by POST to `/Groups/.search`. */
    searchGroups(input?: SearchGroupsInput, options?: CallOptions): Listing<SearchGroupsOutput, SearchGroupsOutput['Resources'][number]>;
    /** Replaces a group. */
    updateGroup(input: UpdateGroupInput, options?: CallOptions): Promise<UpdateGroupOutput>;
    /** Changes parts of a group; never by PUT where the provider shows no members. */
    patchGroup(input: PatchGroupInput, options?: CallOptions): Promise<PatchGroupOutput>;
    /** Deletes a group. */
    deleteGroup(input: DeleteGroupInput, options?: CallOptions): Promise<DeleteGroupOutput>;
    /** Makes a group exist as described: finds it, creates it or changes what differs, as `ensure-user` does. */
    ensureGroup(input: EnsureGroupInput, options?: CallOptions): Promise<EnsureGroupOutput>;
    /** Adds members, each by its `value`, in the portions and the style the profile says (`membersPerRequest`, `memberStyle`). */
    addGroupMembers(input: AddGroupMembersInput, options?: CallOptions): Promise<AddGroupMembersOutput>;
    /** Removes members, as `add-group-members` adds them. */
    removeGroupMembers(input: RemoveGroupMembersInput, options?: CallOptions): Promise<RemoveGroupMembersOutput>;
    /** Makes these the members: reads the members and sends the difference, new ones first. */
    setGroupMembers(input: SetGroupMembersInput, options?: CallOptions): Promise<SetGroupMembersOutput>;
    /** Reads the subject's own user. */
    getMe(input?: GetMeInput, options?: CallOptions): Promise<GetMeOutput>;
    /** Creates the subject's own user. */
    createMe(input: CreateMeInput, options?: CallOptions): Promise<CreateMeOutput>;
    /** Replaces the subject's own user. */
    updateMe(input: UpdateMeInput, options?: CallOptions): Promise<UpdateMeOutput>;
    /** Changes parts of the subject's own user. */
    patchMe(input: PatchMeInput, options?: CallOptions): Promise<PatchMeOutput>;
    /** Deletes the subject's own user. */
    deleteMe(input?: DeleteMeInput, options?: CallOptions): Promise<DeleteMeOutput>;
    /** Creates a resource. */
    createResource(input: CreateResourceInput, options?: CallOptions): Promise<CreateResourceOutput>;
    /** Reads a resource. */
    getResource(input: GetResourceInput, options?: CallOptions): Promise<GetResourceOutput>;
    /** Lists resources, a page at a time. */
    listResources(input?: ListResourcesInput, options?: CallOptions): Listing<ListResourcesOutput, ListResourcesOutput['Resources'][number]>;
    /** Lists resources by POST to the endpoint's `/.search`. */
    searchResources(input?: SearchResourcesInput, options?: CallOptions): Listing<SearchResourcesOutput, SearchResourcesOutput['Resources'][number]>;
    /** Replaces a resource. */
    updateResource(input: UpdateResourceInput, options?: CallOptions): Promise<UpdateResourceOutput>;
    /** Changes parts of a resource. */
    patchResource(input: PatchResourceInput, options?: CallOptions): Promise<PatchResourceOutput>;
    /** Deletes a resource. */
    deleteResource(input: DeleteResourceInput, options?: CallOptions): Promise<DeleteResourceOutput>;
    /** Searches all resource types at once, by POST to `/.search`; `unsupported` where the provider has no such endpoint. */
    search(input?: SearchInput, options?: CallOptions): Listing<SearchOutput, SearchOutput['Resources'][number]>;
    /** Hands in a request to be carried out asynchronously, `Prefer: respond-async`; a whole bulk request, passed on as it is, with method POST, the path `/Bulk` and `{"Operations": [...]}` in `data`. */
    submitRequest(input: SubmitRequestInput, options?: CallOptions): Promise<SubmitRequestOutput>;
    /** Asks how far an asynchronous request has come, and collects its result. */
    collectRequest(input: CollectRequestInput, options?: CallOptions): Promise<CollectRequestOutput>;
    /** Carries out operations of any method on any resource type, in any order. */
    bulk(input: BulkInput, options?: CallOptions): Promise<BulkOutput>;
    /** What the provider can do, and how each capability is known. */
    getServiceProviderConfig(input?: GetServiceProviderConfigInput, options?: CallOptions): Promise<GetServiceProviderConfigOutput>;
    /** The types of resources it has, from all pages where the provider pages them; `not-found` where it has no list of them. */
    listResourceTypes(input?: ListResourceTypesInput, options?: CallOptions): Promise<ListResourceTypesOutput>;
    /** One type of resource, by its identifier or name; taken from the list where the provider has it there only. */
    getResourceType(input: GetResourceTypeInput, options?: CallOptions): Promise<GetResourceTypeOutput>;
    /** The schemas of its resources, from all pages where the provider pages them; `not-found` where it has no list of them. */
    listSchemas(input?: ListSchemasInput, options?: CallOptions): Promise<ListSchemasOutput>;
    /** One schema, by its URN or name; taken from the list where the provider has it there only. */
    getSchema(input: GetSchemaInput, options?: CallOptions): Promise<GetSchemaOutput>;
}
