// Generated from the manifest by generate.mjs; not to be edited.

import type { CallOptions, Listing, ScimError } from '../index';

export type Connection = {
    /** Service URL: The base URL of the provider's SCIM service; not needed where the provider is chosen by name. */
    serviceUrl?: string;
    /** Provider: A provider whose URLs are known, most of them with the name of your organisation. */
    provider?: "asgardeo" | "databricks" | "entra" | "github" | "gitlab" | "google" | "salesforce" | "slack";
    /** Organisation: What the provider calls your organisation, tenant, account or domain: it stands in its URLs. */
    organization?: string;
    /** Credentials: How the provider knows that it is you. */
    auth: {
        /** Kind of credentials: Which of these credentials they are. */
        type: "clientCredentials";
        /** Token URL: Where tokens are given; not needed where the provider is chosen by name. */
        tokenUrl?: string;
        /** Client ID: The name of your client at the provider. */
        clientId: string;
        /** Client secret: The secret of your client, or the environment variable that holds it. */
        clientSecret?: string | {
            /** Environment variable: The name of the environment variable that holds it. */
            env: string;
        };
        /** Private key: Instead of a secret: the key that signs for your client, PKCS#8 in PEM. */
        privateKey?: string | {
            /** Environment variable: The name of the environment variable that holds it. */
            env: string;
        };
        /** Key ID: What the provider calls the key, where it has several. */
        keyId?: string;
        /** Client authentication: How the client shows its secret or its key to the token URL. Default: "basic". */
        method?: "basic" | "post" | "privateKeyJwt";
        /** Scopes: What the token is to permit, in the provider's terms. */
        scopes?: string[];
        /** Audience: For whom the token is, where the provider asks for it. */
        audience?: string;
        /** Further parameters: What else the request for a token has to say. */
        parameters?: { [name: string]: string };
    } & ({ clientSecret: string | {
        /** Environment variable: The name of the environment variable that holds it. */
        env: string;
    } } | { privateKey: string | {
        /** Environment variable: The name of the environment variable that holds it. */
        env: string;
    } }) | {
        /** Kind of credentials: Which of these credentials they are. */
        type: "bearer";
        /** Token: The token, or the environment variable that holds it. */
        token: string | {
            /** Environment variable: The name of the environment variable that holds it. */
            env: string;
        };
        /** Scheme: What stands before the token, where that is not Bearer. */
        scheme?: string;
    } | {
        /** Kind of credentials: Which of these credentials they are. */
        type: "basic";
        /** User name: The name of the account. */
        username: string;
        /** Password: The password, or the environment variable that holds it. */
        password: string | {
            /** Environment variable: The name of the environment variable that holds it. */
            env: string;
        };
    } | {
        /** Kind of credentials: Which of these credentials they are. */
        type: "header";
        /** Header: The name of the header field. */
        name: string;
        /** Value: The key, or the environment variable that holds it. */
        value: string | {
            /** Environment variable: The name of the environment variable that holds it. */
            env: string;
        };
    } | {
        /** Kind of credentials: Which of these credentials they are. */
        type: "host";
    } | {
        /** Kind of credentials: Which of these credentials they are. */
        type: "none";
    };
    /** Profile: What is known of the provider: the one that was chosen by name, else the standard. Default: "generic". */
    profile?: "generic" | "asgardeo" | "aws" | "databricks" | "entra" | "github" | "gitlab" | "google" | "okta" | "salesforce" | "slack";
    /** Headers: Further header fields of every request. */
    headers?: { [name: string]: string };
    /** Timeouts: How long is waited, in milliseconds. */
    timeouts?: {
        /** To connect: How long it may take to reach the provider. Default: 10000. */
        connectMs?: number;
        /** To the first byte: How long it may take until an answer begins. Default: 30000. */
        firstByteMs?: number;
        /** Between bytes: How long an answer may stand still. Default: 30000. */
        betweenBytesMs?: number;
        /** For the whole call: How long a call may take in all, repetitions included. Default: 120000. */
        totalMs?: number;
    };
    /** Retries: How often and when what failed is tried again. */
    retry?: {
        /** Attempts: How often a request is sent at most; 1 switches retries off. Default: 3. */
        maxAttempts?: number;
        /** First pause: How long is waited before the second attempt, in milliseconds; twice as long before each further one. Default: 250. */
        baseDelayMs?: number;
        /** Longest pause: How long is waited at most, in milliseconds, whatever the provider asks for. */
        maxDelayMs?: number;
    };
    /** Limits: How large answers may be. */
    limits?: {
        /** Largest answer: The most bytes of an answer. Default: 8388608. */
        responseBytes?: number;
        /** Deepest JSON: How deep lists and objects of an answer may stand in one another. Default: 64. */
        jsonDepth?: number;
        /** Most redirects: How many redirects of a request are followed, to the same origin only. Default: 5. */
        redirects?: number;
    };
    /** Allow http: Whether http is taken beyond this machine, where anybody on the way reads and changes everything. Default: false. */
    allowInsecureHttp?: boolean;
    /** Overrides: What you know better than the profile and than what the provider says of itself. */
    overrides?: {
        /** Patch: What the provider's ServiceProviderConfig is taken to say of patch. */
        patch?: {
            /** Supported: Whether the provider is taken to have it. */
            supported?: boolean;
            [extension: `urn:${string}`]: unknown;
        };
        /** Bulk: What the provider's ServiceProviderConfig is taken to say of bulk. */
        bulk?: {
            /** Supported: Whether the provider is taken to have it. */
            supported?: boolean;
            [extension: `urn:${string}`]: unknown;
        };
        /** Filter: What the provider's ServiceProviderConfig is taken to say of filter. */
        filter?: {
            /** Supported: Whether the provider is taken to have it. */
            supported?: boolean;
            [extension: `urn:${string}`]: unknown;
        };
        /** Change password: What the provider's ServiceProviderConfig is taken to say of changePassword. */
        changePassword?: {
            /** Supported: Whether the provider is taken to have it. */
            supported?: boolean;
            [extension: `urn:${string}`]: unknown;
        };
        /** Sort: What the provider's ServiceProviderConfig is taken to say of sort. */
        sort?: {
            /** Supported: Whether the provider is taken to have it. */
            supported?: boolean;
            [extension: `urn:${string}`]: unknown;
        };
        /** Etag: What the provider's ServiceProviderConfig is taken to say of etag. */
        etag?: {
            /** Supported: Whether the provider is taken to have it. */
            supported?: boolean;
            [extension: `urn:${string}`]: unknown;
        };
        /** Pagination: What the provider's ServiceProviderConfig is taken to say of pagination. */
        pagination?: {
            [extension: `urn:${string}`]: unknown;
        };
        /** Security events: What the provider's ServiceProviderConfig is taken to say of securityEvents. */
        securityEvents?: {
            [extension: `urn:${string}`]: unknown;
        };
        /** Put: Whether resources can be replaced by PUT. */
        put?: boolean;
        /** Search: Whether POST to .search is there. */
        search?: boolean;
        /** Update with: Whether ensure, activate and deactivate change by PATCH or by PUT. */
        updateWith?: "patch" | "put";
        /** Filter operators: Operators that filters may use, of eq ne co sw ew pr gt ge lt le and or not; null for all. */
        filterOperators?: string[] | null;
        /** Filter attributes: Attributes that filters may name, those of one type as User:userName, all of a type as User:*; null for all. */
        filterAttributes?: string[] | null;
        /** Filter keywords in strings: Whether a filter is understood whose strings have the words and or or in them. */
        filterKeywordsInStrings?: boolean;
        /** User store prefix: Whether names may come back with the name of a user store before them, DEFAULT/kim for kim. */
        userStorePrefix?: boolean;
        /** Trims strings: Whether the provider takes away blanks at the ends of strings, so that they are no difference. */
        trimsStrings?: boolean;
        /** Lookup pages: Most pages of 100 that are read to find one resource where no filter finds it; null for 200. */
        lookupPages?: number | null;
        /** Filter value paths: Whether filters may use value paths such as emails[type eq "work"]. */
        filterValuePaths?: boolean;
        /** Unsupported filter: What becomes of a filter where the provider says that it does not filter: send it and check the answer, local to read the whole list and filter here, or refuse. */
        unsupportedFilter?: "send" | "local" | "refuse";
        /** Local filter limit: Most resources read to filter them here; null for any number. */
        localFilterLimit?: number | null;
        /** Not found is empty: Whether a list with a filter that finds nobody is answered 404, which then is an empty list. */
        notFoundIsEmpty?: boolean;
        /** List needs filter: Whether a list is only given with a filter. */
        listNeedsFilter?: boolean;
        /** Default count: Results on a page where the call does not say; null for the provider's choice. */
        defaultCount?: number | null;
        /** Send count: Whether count may be sent at all. */
        sendCount?: boolean;
        /** Explicit paging: Whether startIndex and count are always sent: some list nothing without them. */
        explicitPaging?: boolean;
        /** Page totals: Whether totalResults may be the number on the page only, so that a listing goes on until a page is empty. */
        pageTotals?: boolean;
        /** Max count: Largest count the provider accepts, to which a larger one is lowered; null for any. */
        maxCount?: number | null;
        /** Views: Whether attributes and excludedAttributes can be asked for. */
        views?: boolean;
        /** Extension views: Whether attributes and excludedAttributes know single attributes of an extension, URN:name; if not, the extension is asked for as a whole. */
        extensionViews?: boolean;
        /** Patch attributes: Attributes that PATCH can change, written as in filterAttributes; null for all. */
        patchAttributes?: string[] | null;
        /** Patch value paths: Whether PATCH may use value paths, members apart. */
        patchValuePaths?: boolean;
        /** Patch operations: Most operations in a PATCH; null for any number. */
        patchOperations?: number | null;
        /** Pathless attributes: Most attributes that a PATCH operation without a path may change; null for any number. */
        pathlessAttributes?: number | null;
        /** Single valued: Whether a user's multi-valued attribute takes one value only. */
        singleValued?: boolean;
        /** Member style: How members are named in the changes of a group. */
        memberStyle?: "path" | "pathless" | "list" | "nested";
        /** Members per request: Most members added in one request. */
        membersPerRequest?: number | null;
        /** Member removals per request: Most members removed in one request. */
        memberRemovalsPerRequest?: number | null;
        /** Members returned: Whether a group that is read has its members. */
        membersReturned?: boolean;
        /** Members by filter: Whether the members of a group that does not show them can be listed as users, by groups.value. */
        membersByFilter?: boolean;
        /** Replace members: Whether all members of a group can be replaced at once. */
        replaceMembers?: boolean;
        /** Member display: Whether a member that is added must have a display: its userName is read and put there. */
        memberDisplay?: boolean;
        /** Check members: Whether members are read before some are added, for a provider that adds again who is there. */
        checkMembers?: boolean;
        /** Omits empty: Whether an attribute that a resource does not show is known to be empty, members above all. */
        omitsEmpty?: boolean;
        /** Put id: Whether a PUT carries the id. */
        putId?: boolean;
        /** Pathless patch: Whether PATCH operations are to have no path. */
        pathlessPatch?: boolean;
        /** Views on changes: Whether attributes and excludedAttributes may be sent with a change; otherwise its answer is cut here. */
        viewsOnChanges?: boolean;
        /** Delete deactivates: Whether a deleted user is only deactivated. */
        deleteDeactivates?: boolean;
        /** Bulk references: Which bulkId references between operations of one bulk request the provider resolves: all, or those to users in the members of a group; what refers otherwise goes in a later request. */
        bulkReferences?: "all" | "members";
        /** Accept: Media type of answers: SCIM's own or else JSON, or JSON only. */
        accept?: "scim" | "json";
        /** Accept on delete: Whether a DELETE has the Accept header too. */
        acceptOnDelete?: boolean;
        /** Parameters: Parameters of every URL of the service, name=value, for example domain=PRIMARY. */
        parameters?: string[] | null;
        /** Query length: Longest query in a URL, bytes; a longer one goes by POST to .search where that is there. */
        queryLength?: number | null;
        /** Private queries: Whether every query with a filter goes by POST to .search, so that it stands in no URL. */
        privateQueries?: boolean;
        /** Discovery lifetime ms: How long documents of discovery are kept, milliseconds. */
        discoveryLifetimeMs?: number | null;
    };
} & ({ serviceUrl: string } | { provider: "asgardeo" | "databricks" | "entra" | "github" | "gitlab" | "google" | "salesforce" | "slack" });

/** User: The user as it shall be. */
export interface UserInput {
    /** User name: The name the person signs in with; no two users of the provider have the same. */
    userName: string;
    /** Name: The person's name in its parts. */
    name?: Name;
    /** Display name: The name that other people are shown. */
    displayName?: string;
    /** E-mail addresses: The person's e-mail addresses. */
    emails?: MultiValued[];
    /** Active: Whether the person may sign in; false keeps the account and shuts it. */
    active?: boolean;
    /** Password: The password the person begins with; no provider shows it again. */
    password?: string;
    /** Your own identifier: How your own system names the person, so that the account is found again whatever else changes. */
    externalId?: string;
    /** Job title: The person's position, as on a business card. */
    title?: string;
    /** Kind of employment: How the person belongs to the organisation. */
    userType?: string;
    /** Casual name: What the person is called among colleagues. */
    nickName?: string;
    /** Profile page: Where there is a page about the person. */
    profileUrl?: string;
    /** Preferred language: The language to address the person in, as Accept-Language has it. */
    preferredLanguage?: string;
    /** Locale: How dates, numbers and currencies are written for the person. */
    locale?: string;
    /** Time zone: Where the person's clock stands, by its name in the IANA database. */
    timezone?: string;
    /** Telephone numbers: The numbers the person is reached at. */
    phoneNumbers?: MultiValued[];
    /** Instant messaging: The names the person is written to under, in instant messaging. */
    ims?: MultiValued[];
    /** Photos: Where there are pictures of the person. */
    photos?: MultiValued[];
    /** Postal addresses: The postal addresses of the person. */
    addresses?: Address[];
    /** Entitlements: What the person has a right to, in the provider's own terms. */
    entitlements?: MultiValued[];
    /** Roles: What the person is to the provider, such as an administrator. */
    roles?: MultiValued[];
    /** Certificates: The X.509 certificates of the person. */
    x509Certificates?: MultiValued[];
    /** Enterprise attributes: Where the person stands in the organisation. */
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"?: EnterpriseUserInput;
    [extension: `urn:${string}`]: unknown;
}

/** Name: The person's name in its parts. */
export interface Name {
    /** Given name: The name the person was given, the first one in most Western languages. */
    givenName?: string;
    /** Family name: The name the person shares with the family, the last one in most Western languages. */
    familyName?: string;
    /** Middle names: The names between the given and the family name. */
    middleName?: string;
    /** Full name: The whole name as it is to be shown, titles included. */
    formatted?: string;
    /** Name prefix: What stands before the name, such as a title. */
    honorificPrefix?: string;
    /** Name suffix: What stands behind the name. */
    honorificSuffix?: string;
    [extension: `urn:${string}`]: unknown;
}

export interface MultiValued {
    /** E-mail address: The address itself. */
    value?: string;
    /** Kind of address: What the address is for. */
    type?: string;
    /** Main address: Whether it is the address to write to first; at most one is. */
    primary?: boolean;
    /** Name to display: How it is called, for a person. */
    display?: string;
    /** URI: Where the resource is that it points to. */
    $ref?: string;
    [extension: `urn:${string}`]: unknown;
}

export interface Address {
    /** Street: Street and house number; more lines where the address has them. */
    streetAddress?: string;
    /** Postal code: The code of the post for the place. */
    postalCode?: string;
    /** City: City, town or village. */
    locality?: string;
    /** State or region: The part of the country, as addresses there name it. */
    region?: string;
    /** Country: The country by its two letters (ISO 3166-1 alpha-2). */
    country?: string;
    /** Kind of address: What the address is for. */
    type?: string;
    /** Whole address: The whole address, ready for a label, with its line breaks. */
    formatted?: string;
    /** Main one: Whether it is the one to be preferred; at most one of the list is. */
    primary?: boolean;
    [extension: `urn:${string}`]: unknown;
}

/** Enterprise attributes: Where the person stands in the organisation. */
export interface EnterpriseUserInput {
    /** Employee number: The number or name the organisation gave the person. */
    employeeNumber?: string;
    /** Department: The department the person works in. */
    department?: string;
    /** Organisation: The organisation the person works for. */
    organization?: string;
    /** Division: The division the person works in. */
    division?: string;
    /** Cost centre: The cost centre the person is accounted to. */
    costCenter?: string;
    /** Manager: The person's superior, a user of the same provider. */
    manager?: ManagerInput;
    [extension: `urn:${string}`]: unknown;
}

/** Manager: The person's superior, a user of the same provider. */
export interface ManagerInput {
    /** Manager's ID: The provider's identifier of the manager. */
    value?: string;
    /** URI of the manager: Where the manager's resource is. */
    $ref?: string;
    [extension: `urn:${string}`]: unknown;
}

/** User */
export interface User {
    /** Active */
    active?: boolean;
    /** Postal addresses */
    addresses?: Address[];
    /** Display name */
    displayName?: string;
    /** E-mail addresses */
    emails?: MultiValued[];
    /** Entitlements */
    entitlements?: MultiValued[];
    /** Your own identifier */
    externalId?: string;
    /** Groups */
    groups?: MultiValued[];
    /** ID */
    id?: string;
    /** Instant messaging */
    ims?: MultiValued[];
    /** Locale */
    locale?: string;
    /** About the resource */
    meta?: Meta;
    /** Name */
    name?: Name;
    /** Casual name */
    nickName?: string;
    /** Password */
    password?: string;
    /** Telephone numbers */
    phoneNumbers?: MultiValued[];
    /** Photos */
    photos?: MultiValued[];
    /** Preferred language */
    preferredLanguage?: string;
    /** Profile page */
    profileUrl?: string;
    /** Roles */
    roles?: MultiValued[];
    /** Time zone */
    timezone?: string;
    /** Job title */
    title?: string;
    /** Enterprise attributes */
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"?: EnterpriseUser;
    /** User name */
    userName?: string;
    /** Kind of employment */
    userType?: string;
    /** Certificates */
    x509Certificates?: MultiValued[];
    [extension: `urn:${string}`]: unknown;
}

/** About the resource */
export interface Meta {
    /** Created */
    created?: string;
    /** Last changed */
    lastModified?: string;
    /** Location */
    location?: string;
    /** Resource type */
    resourceType?: string;
    /** Version */
    version?: string;
    [extension: `urn:${string}`]: unknown;
}

/** Enterprise attributes */
export interface EnterpriseUser {
    /** Cost centre */
    costCenter?: string;
    /** Department */
    department?: string;
    /** Division */
    division?: string;
    /** Employee number */
    employeeNumber?: string;
    /** Manager */
    manager?: Manager;
    /** Organisation */
    organization?: string;
    [extension: `urn:${string}`]: unknown;
}

/** Manager */
export interface Manager {
    /** URI of the manager */
    $ref?: string;
    /** Name of the manager */
    displayName?: string;
    /** Manager's ID */
    value?: string;
    [extension: `urn:${string}`]: unknown;
}

export interface UserPage {
    Resources: User[];
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
}

export interface PatchOperation {
    /** Change: add puts a value in, replace puts it in the place of another, remove takes it out. */
    op: "add" | "remove" | "replace";
    /** Attribute: Which attribute is changed; without one the value is an object of attributes. */
    path?: string;
    /** Value: What the attribute gets; nothing to remove it. */
    value?: unknown;
}

export interface EnsuredUser {
    /** The changes that were sent */
    changes: PatchOperation[];
    /** There if it was a dry run: nothing was changed */
    dryRun?: true;
    /** What was done */
    outcome: "created" | "updated" | "unchanged";
    /** User */
    user: User;
    [extension: `urn:${string}`]: unknown;
}

/** Group: The group as it shall be. */
export interface GroupInput {
    /** Name of the group: The group's name, as people see it. */
    displayName: string;
    /** Members: The users and groups that belong to the group. */
    members?: MultiValued[];
    /** Your own identifier: How your own system names the group, so that it is found again whatever else changes. */
    externalId?: string;
    [extension: `urn:${string}`]: unknown;
}

/** Group */
export interface Group {
    /** Name of the group */
    displayName?: string;
    /** Your own identifier */
    externalId?: string;
    /** ID */
    id?: string;
    /** Members */
    members?: MultiValued[];
    /** About the resource */
    meta?: Meta;
    [extension: `urn:${string}`]: unknown;
}

export interface GroupPage {
    Resources: Group[];
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
}

export interface EnsuredGroup {
    /** The changes that were sent */
    changes: PatchOperation[];
    /** There if it was a dry run: nothing was changed */
    dryRun?: true;
    /** Group */
    group: Group;
    /** What was done */
    outcome: "created" | "updated" | "unchanged";
    [extension: `urn:${string}`]: unknown;
}

/** Member */
export interface Member {
    /** Member's ID: The provider's identifier of the user or group. */
    value: string;
    /** Kind of member: Whether it is a user or a group. */
    type?: string;
    /** Name of the member: The member's name, for a provider that wants it. */
    display?: string;
    [extension: `urn:${string}`]: unknown;
}

export interface MembershipChange {
    /** Members added */
    added: number;
    /** Members removed */
    removed: number;
    /** Members that were right already, where that is known */
    unchanged?: number | null;
    /** Whether the provider showed the members after the change */
    verified: boolean;
    [extension: `urn:${string}`]: unknown;
}

export interface ResourcePage {
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
}

export interface PlanPair {
    /** Key: Your own name for it, which its decision carries. */
    key: string;
    /** As it shall be: The resource as it shall be; nothing for one that shall not be. */
    desired?: { [name: string]: unknown };
    /** Those that match: The resources that were found for it: none, one, or several, which is a conflict. */
    existing?: Array<{ [name: string]: unknown }>;
    /** Ownership: What the job has to do with it; nothing where it does not know it. */
    ownership?: "created" | "adopted" | "linked";
    /** Gone for: For how many milliseconds it has not been described. */
    goneMs?: number;
    /** Deactivated: Whether this job deactivated it. Default: false. */
    deactivated?: boolean;
    /** Conflict: What contradicts it, where you know of something; nothing is done then. */
    conflict?: string;
}

/** What may be done: What becomes of resources that are there already, and of those that are not described any more. */
export interface Policy {
    /** Known to nobody: What becomes of one that matches and that the job does not know: linked is kept as described, adopted counts as created. Default: "link". */
    existing?: "link" | "adopt" | "leave";
    /** Not described any more: What becomes of one that the job created or adopted and that is not described any more. Default: "keep". */
    leavers?: "keep" | "deactivate" | "delete";
    /** Deleted after: With deactivate: after how many milliseconds a leaver that this job deactivated is deleted; never without it. */
    deleteAfterMs?: number;
    /** Only when created: Attributes that are sent with a creation and never compared. */
    createOnly?: string[];
}

export interface PlanReport {
    /** How many of each action */
    counts: PlanCounts;
    /** One decision for each pair, in their order */
    decisions: Decision[];
    [extension: `urn:${string}`]: unknown;
}

/** How many of each action */
export interface PlanCounts {
    conflict: number;
    create: number;
    deactivate: number;
    delete: number;
    leave: number;
    link: number;
    reactivate: number;
    unchanged: number;
    update: number;
    [extension: `urn:${string}`]: unknown;
}

export interface Decision {
    /** What is to be done */
    action: "create" | "update" | "link" | "unchanged" | "deactivate" | "reactivate" | "delete" | "leave" | "conflict";
    id?: string;
    key: string;
    /** What is sent to change it */
    operations?: PatchOperation[];
    /** What the job has to do with it afterwards */
    ownership?: "created" | "adopted" | "linked";
    /** Why */
    reason: string;
    /** What is sent to create it */
    resource?: { [name: string]: unknown };
    [extension: `urn:${string}`]: unknown;
}

export interface Owned {
    /** ID: The provider's identifier of the resource; or else its key. */
    id?: string;
    /** Key: The value it was recognised by. */
    key?: string;
    /** Ownership: What the job has to do with it. */
    ownership: "created" | "adopted" | "linked";
    /** Deactivated: Whether this job deactivated it. Default: false. */
    deactivated?: boolean;
    /** Gone since: Since when it has not been described, in milliseconds since 1970. */
    goneSince?: number;
}

/** Guards: When nothing is changed, and the plan alone is given. */
export interface Guards {
    /** Largest share of leavers: How large a share of the job's own resources may be deactivated or deleted. Default: "5%". */
    leavers?: string;
    /** Most leavers: How many of them may be deactivated or deleted. Default: 100. */
    atMost?: number;
    /** Confirmed leavers: How many of them a person has confirmed; no more are let pass. */
    accept?: number;
}

export interface ReconcileReport {
    /** Resource by resource, what was done */
    changes: ReconcileChange[];
    /** Whether everything there is was compared */
    complete: boolean;
    /** How many of each action */
    counts: PlanCounts;
    /** There if it was a dry run: nothing was changed */
    dryRun?: true;
    /** Why nothing was changed, where a guard saw to that */
    guarded?: string;
    /** What the job has to do with resources now: owned of the next call */
    owned: Owned[];
    [extension: `urn:${string}`]: unknown;
}

export interface ReconcileChange {
    /** What is to be done */
    action: "create" | "update" | "link" | "unchanged" | "deactivate" | "reactivate" | "delete" | "leave" | "conflict";
    /** Why it failed, or was not carried out */
    failure?: { [name: string]: unknown };
    id?: string;
    key: string;
    /** What became of it */
    outcome: "done" | "failed" | "notCarriedOut";
    /** What the job has to do with it afterwards */
    ownership?: "created" | "adopted" | "linked";
    /** Why */
    reason: string;
    [extension: `urn:${string}`]: unknown;
}

/** Request: What is to be carried out: it creates, replaces, changes or deletes a resource, or is a whole bulk. */
export interface BulkOperation {
    /** Method: POST creates, PUT replaces, PATCH changes, DELETE deletes. */
    method: "POST" | "PUT" | "PATCH" | "DELETE";
    /** Path: What it is done to, below the service URL. */
    path: string;
    /** Name in this bulk: Not needed here, since there are no others to refer to it. */
    bulkId?: string;
    /** Only in this version: The version that the resource must still have, an entity tag. */
    version?: string;
    /** Data: The resource for POST and PUT, the operations for PATCH, nothing for DELETE. */
    data?: { [name: string]: unknown } | unknown[];
}

export interface Ticket {
    location?: string;
    method: "POST" | "PUT" | "PATCH" | "DELETE";
    operations?: number;
    path: string;
    transaction?: string;
}

export interface BulkResult {
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
}

export interface BulkReport {
    /** How many failed or were not carried out */
    failed: number;
    /** One result for each operation, in their order */
    results: BulkResult[];
    succeeded: number;
    [extension: `urn:${string}`]: unknown;
}

export interface ServiceProviderConfig {
    bulk: Capability;
    changePassword: Capability;
    etag: Capability;
    filter: Capability;
    patch: Capability;
    sort: Capability;
    [extension: `urn:${string}`]: unknown;
}

export interface Capability {
    source: "discovered" | "overridden" | "assumed";
    supported: boolean;
    [extension: `urn:${string}`]: unknown;
}

/** Resource type */
export interface ResourceType {
    description?: string;
    endpoint: string;
    id?: string;
    name: string;
    schema: string;
    schemaExtensions?: SchemaExtension[];
    [extension: `urn:${string}`]: unknown;
}

export interface SchemaExtension {
    required?: boolean;
    schema?: string;
    [extension: `urn:${string}`]: unknown;
}

/** Schema */
export interface Schema {
    attributes: Attribute[];
    description?: string;
    id: string;
    name?: string;
    [extension: `urn:${string}`]: unknown;
}

export interface Attribute {
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
}

export type CreateUserInput = {
    /** User: The user as it shall be. */
    payload: UserInput;
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Check first: Check the input against the provider's own schemas before anything is sent. Default: false. */
    validate?: boolean;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type CreateUserOutput = User;

export type GetUserInput = {
    /** ID: The provider's identifier of the user. */
    id: string;
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Only another version: The version you have, an entity tag; the user comes only if it has another. */
    ifNoneMatch?: string;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type GetUserOutput = User;

export type ListUsersInput = {
    /** Filter: Which of them to list, as an expression of SCIM (RFC 7644 section 3.4.2.2); all without one. */
    filter?: string;
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Sort by: The attribute to sort by, where the provider sorts. */
    sortBy?: string;
    /** Order: Whether the smallest comes first, or the largest. Default: "ascending". */
    sortOrder?: "ascending" | "descending";
    /** First result: The place of the first result, from 1. Take the token of the page before instead wherever there is one. */
    startIndex?: number;
    /** Results on a page: How many to get at most in this page; the provider may give fewer. */
    count?: number;
    /** Cursor: Where to go on, for providers with cursors (RFC 9865); empty text for the first page. */
    cursor?: string;
    /** Token of the page: Where to go on: next, as the page before gave it. Nothing for the first page. */
    page?: string;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type ListUsersOutput = UserPage;

export type SearchUsersInput = {
    /** Filter: Which of them to list, as an expression of SCIM (RFC 7644 section 3.4.2.2); all without one. */
    filter?: string;
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Sort by: The attribute to sort by, where the provider sorts. */
    sortBy?: string;
    /** Order: Whether the smallest comes first, or the largest. Default: "ascending". */
    sortOrder?: "ascending" | "descending";
    /** First result: The place of the first result, from 1. Take the token of the page before instead wherever there is one. */
    startIndex?: number;
    /** Results on a page: How many to get at most in this page; the provider may give fewer. */
    count?: number;
    /** Cursor: Where to go on, for providers with cursors (RFC 9865); empty text for the first page. */
    cursor?: string;
    /** Token of the page: Where to go on: next, as the page before gave it. Nothing for the first page. */
    page?: string;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type SearchUsersOutput = UserPage;

export type UpdateUserInput = {
    /** ID: The provider's identifier of the user. */
    id: string;
    /** User: The user as it shall be. */
    payload: UserInput;
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Check first: Check the input against the provider's own schemas before anything is sent. Default: false. */
    validate?: boolean;
    /** Read back: Read the user once more where the provider answers without showing it. Default: false. */
    readBack?: boolean;
    /** Only in this version: The version that the user must still have, an entity tag; if it has another, nothing is done. */
    ifMatch?: string;
    /** Keep to the version read: Read first and change that version only, once more if somebody else was quicker. Default: false. */
    readModifyWrite?: boolean;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type UpdateUserOutput = User | null;

export type PatchUserInput = {
    /** ID: The provider's identifier of the user. */
    id: string;
    /** Changes: What is changed, in order. */
    operations: PatchOperation[];
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Check first: Check the input against the provider's own schemas before anything is sent. Default: false. */
    validate?: boolean;
    /** Read back: Read the user once more where the provider answers without showing it. Default: false. */
    readBack?: boolean;
    /** Only in this version: The version that the user must still have, an entity tag; if it has another, nothing is done. */
    ifMatch?: string;
    /** Keep to the version read: Read first and change that version only, once more if somebody else was quicker. Default: false. */
    readModifyWrite?: boolean;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type PatchUserOutput = User | null;

export type DeleteUserInput = {
    /** ID: The provider's identifier of the user. */
    id: string;
    /** Gone is done: Take it for a success if the user is not there any more. Default: false. */
    goneIsDone?: boolean;
    /** Only in this version: The version that the user must still have, an entity tag; if it has another, nothing is done. */
    ifMatch?: string;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type DeleteUserOutput = null;

export type EnsureUserInput = {
    /** User: The user as it shall be. */
    payload: UserInput;
    /** Find it by: The attributes to find the user by, tried in this order; your own identifier and the name without any. */
    matchOn?: string[];
    /** Dry run: Say what would be done, and do nothing. Default: false. */
    dryRun?: boolean;
    /** Check first: Check the input against the provider's own schemas before anything is sent. Default: false. */
    validate?: boolean;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type EnsureUserOutput = EnsuredUser;

export type ActivateUserInput = {
    /** ID: The provider's identifier of the user. */
    id: string;
    /** Read back: Read the user once more where the provider answers without showing it. Default: false. */
    readBack?: boolean;
    /** Only in this version: The version that the user must still have, an entity tag; if it has another, nothing is done. */
    ifMatch?: string;
    /** Keep to the version read: Read first and change that version only, once more if somebody else was quicker. Default: false. */
    readModifyWrite?: boolean;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type ActivateUserOutput = User | null;

export type DeactivateUserInput = {
    /** ID: The provider's identifier of the user. */
    id: string;
    /** Read back: Read the user once more where the provider answers without showing it. Default: false. */
    readBack?: boolean;
    /** Only in this version: The version that the user must still have, an entity tag; if it has another, nothing is done. */
    ifMatch?: string;
    /** Keep to the version read: Read first and change that version only, once more if somebody else was quicker. Default: false. */
    readModifyWrite?: boolean;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type DeactivateUserOutput = User | null;

export type CreateGroupInput = {
    /** Group: The group as it shall be. */
    payload: GroupInput;
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Check first: Check the input against the provider's own schemas before anything is sent. Default: false. */
    validate?: boolean;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type CreateGroupOutput = Group;

export type GetGroupInput = {
    /** ID: The provider's identifier of the group. */
    id: string;
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Only another version: The version you have, an entity tag; the group comes only if it has another. */
    ifNoneMatch?: string;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type GetGroupOutput = Group;

export type ListGroupsInput = {
    /** Filter: Which of them to list, as an expression of SCIM (RFC 7644 section 3.4.2.2); all without one. */
    filter?: string;
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Sort by: The attribute to sort by, where the provider sorts. */
    sortBy?: string;
    /** Order: Whether the smallest comes first, or the largest. Default: "ascending". */
    sortOrder?: "ascending" | "descending";
    /** First result: The place of the first result, from 1. Take the token of the page before instead wherever there is one. */
    startIndex?: number;
    /** Results on a page: How many to get at most in this page; the provider may give fewer. */
    count?: number;
    /** Cursor: Where to go on, for providers with cursors (RFC 9865); empty text for the first page. */
    cursor?: string;
    /** Token of the page: Where to go on: next, as the page before gave it. Nothing for the first page. */
    page?: string;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type ListGroupsOutput = GroupPage;

export type SearchGroupsInput = {
    /** Filter: Which of them to list, as an expression of SCIM (RFC 7644 section 3.4.2.2); all without one. */
    filter?: string;
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Sort by: The attribute to sort by, where the provider sorts. */
    sortBy?: string;
    /** Order: Whether the smallest comes first, or the largest. Default: "ascending". */
    sortOrder?: "ascending" | "descending";
    /** First result: The place of the first result, from 1. Take the token of the page before instead wherever there is one. */
    startIndex?: number;
    /** Results on a page: How many to get at most in this page; the provider may give fewer. */
    count?: number;
    /** Cursor: Where to go on, for providers with cursors (RFC 9865); empty text for the first page. */
    cursor?: string;
    /** Token of the page: Where to go on: next, as the page before gave it. Nothing for the first page. */
    page?: string;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type SearchGroupsOutput = GroupPage;

export type UpdateGroupInput = {
    /** ID: The provider's identifier of the group. */
    id: string;
    /** Group: The group as it shall be. */
    payload: GroupInput;
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Check first: Check the input against the provider's own schemas before anything is sent. Default: false. */
    validate?: boolean;
    /** Read back: Read the group once more where the provider answers without showing it. Default: false. */
    readBack?: boolean;
    /** Only in this version: The version that the group must still have, an entity tag; if it has another, nothing is done. */
    ifMatch?: string;
    /** Keep to the version read: Read first and change that version only, once more if somebody else was quicker. Default: false. */
    readModifyWrite?: boolean;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type UpdateGroupOutput = Group | null;

export type PatchGroupInput = {
    /** ID: The provider's identifier of the group. */
    id: string;
    /** Changes: What is changed, in order. */
    operations: PatchOperation[];
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Check first: Check the input against the provider's own schemas before anything is sent. Default: false. */
    validate?: boolean;
    /** Read back: Read the group once more where the provider answers without showing it. Default: false. */
    readBack?: boolean;
    /** Only in this version: The version that the group must still have, an entity tag; if it has another, nothing is done. */
    ifMatch?: string;
    /** Keep to the version read: Read first and change that version only, once more if somebody else was quicker. Default: false. */
    readModifyWrite?: boolean;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type PatchGroupOutput = Group | null;

export type DeleteGroupInput = {
    /** ID: The provider's identifier of the group. */
    id: string;
    /** Gone is done: Take it for a success if the group is not there any more. Default: false. */
    goneIsDone?: boolean;
    /** Only in this version: The version that the group must still have, an entity tag; if it has another, nothing is done. */
    ifMatch?: string;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type DeleteGroupOutput = null;

export type EnsureGroupInput = {
    /** Group: The group as it shall be. */
    payload: GroupInput;
    /** Find it by: The attributes to find the group by, tried in this order; your own identifier and the name without any. */
    matchOn?: string[];
    /** Dry run: Say what would be done, and do nothing. Default: false. */
    dryRun?: boolean;
    /** Check first: Check the input against the provider's own schemas before anything is sent. Default: false. */
    validate?: boolean;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type EnsureGroupOutput = EnsuredGroup;

export type AddGroupMembersInput = {
    /** ID: The provider's identifier of the group. */
    id: string;
    /** Members: The members, each by its identifier. */
    members: Array<string | Member>;
    /** Read back: Read the group once more where the provider answers without showing it. Default: false. */
    readBack?: boolean;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type AddGroupMembersOutput = MembershipChange;

export type RemoveGroupMembersInput = {
    /** ID: The provider's identifier of the group. */
    id: string;
    /** Members: The members, each by its identifier. */
    members: Array<string | Member>;
    /** Read back: Read the group once more where the provider answers without showing it. Default: false. */
    readBack?: boolean;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type RemoveGroupMembersOutput = MembershipChange;

export type SetGroupMembersInput = {
    /** ID: The provider's identifier of the group. */
    id: string;
    /** Members: The members, each by its identifier. */
    members: Array<string | Member>;
    /** Read back: Read the group once more where the provider answers without showing it. Default: false. */
    readBack?: boolean;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type SetGroupMembersOutput = MembershipChange;

export type GetMeInput = {
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Only another version: The version you have, an entity tag; the user comes only if it has another. */
    ifNoneMatch?: string;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type GetMeOutput = User;

export type CreateMeInput = {
    /** User: The user as it shall be. */
    payload: UserInput;
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Check first: Check the input against the provider's own schemas before anything is sent. Default: false. */
    validate?: boolean;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type CreateMeOutput = User;

export type UpdateMeInput = {
    /** User: The user as it shall be. */
    payload: UserInput;
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Check first: Check the input against the provider's own schemas before anything is sent. Default: false. */
    validate?: boolean;
    /** Read back: Read the user once more where the provider answers without showing it. Default: false. */
    readBack?: boolean;
    /** Only in this version: The version that the user must still have, an entity tag; if it has another, nothing is done. */
    ifMatch?: string;
    /** Keep to the version read: Read first and change that version only, once more if somebody else was quicker. Default: false. */
    readModifyWrite?: boolean;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type UpdateMeOutput = User | null;

export type PatchMeInput = {
    /** Changes: What is changed, in order. */
    operations: PatchOperation[];
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Check first: Check the input against the provider's own schemas before anything is sent. Default: false. */
    validate?: boolean;
    /** Read back: Read the user once more where the provider answers without showing it. Default: false. */
    readBack?: boolean;
    /** Only in this version: The version that the user must still have, an entity tag; if it has another, nothing is done. */
    ifMatch?: string;
    /** Keep to the version read: Read first and change that version only, once more if somebody else was quicker. Default: false. */
    readModifyWrite?: boolean;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type PatchMeOutput = User | null;

export type DeleteMeInput = {
    /** Gone is done: Take it for a success if the user is not there any more. Default: false. */
    goneIsDone?: boolean;
    /** Only in this version: The version that the user must still have, an entity tag; if it has another, nothing is done. */
    ifMatch?: string;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type DeleteMeOutput = null;

export type CreateResourceInput = {
    /** Resource type: Which kind of resources is meant, by the name the provider has for it; instead of the path. */
    resourceType?: string;
    /** Path: Which kind of resources is meant, by its path below the service URL; instead of the resource type. */
    endpoint?: string;
    /** Resource: The resource as it shall be. */
    payload: { [name: string]: unknown };
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Check first: Check the input against the provider's own schemas before anything is sent. Default: false. */
    validate?: boolean;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
} & ({ resourceType: string; endpoint?: undefined } | { endpoint: string; resourceType?: undefined });

export type CreateResourceOutput = { [name: string]: unknown };

export type GetResourceInput = {
    /** Resource type: Which kind of resources is meant, by the name the provider has for it; instead of the path. */
    resourceType?: string;
    /** Path: Which kind of resources is meant, by its path below the service URL; instead of the resource type. */
    endpoint?: string;
    /** ID: The provider's identifier of the resource. */
    id: string;
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Only another version: The version you have, an entity tag; the resource comes only if it has another. */
    ifNoneMatch?: string;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
} & ({ resourceType: string; endpoint?: undefined } | { endpoint: string; resourceType?: undefined });

export type GetResourceOutput = { [name: string]: unknown };

export type ListResourcesInput = {
    /** Resource type: Which kind of resources is meant, by the name the provider has for it; instead of the path. */
    resourceType?: string;
    /** Path: Which kind of resources is meant, by its path below the service URL; instead of the resource type. */
    endpoint?: string;
    /** Filter: Which of them to list, as an expression of SCIM (RFC 7644 section 3.4.2.2); all without one. */
    filter?: string;
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Sort by: The attribute to sort by, where the provider sorts. */
    sortBy?: string;
    /** Order: Whether the smallest comes first, or the largest. Default: "ascending". */
    sortOrder?: "ascending" | "descending";
    /** First result: The place of the first result, from 1. Take the token of the page before instead wherever there is one. */
    startIndex?: number;
    /** Results on a page: How many to get at most in this page; the provider may give fewer. */
    count?: number;
    /** Cursor: Where to go on, for providers with cursors (RFC 9865); empty text for the first page. */
    cursor?: string;
    /** Token of the page: Where to go on: next, as the page before gave it. Nothing for the first page. */
    page?: string;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
} & ({ resourceType: string; endpoint?: undefined } | { endpoint: string; resourceType?: undefined });

export type ListResourcesOutput = ResourcePage;

export type SearchResourcesInput = {
    /** Resource type: Which kind of resources is meant, by the name the provider has for it; instead of the path. */
    resourceType?: string;
    /** Path: Which kind of resources is meant, by its path below the service URL; instead of the resource type. */
    endpoint?: string;
    /** Filter: Which of them to list, as an expression of SCIM (RFC 7644 section 3.4.2.2); all without one. */
    filter?: string;
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Sort by: The attribute to sort by, where the provider sorts. */
    sortBy?: string;
    /** Order: Whether the smallest comes first, or the largest. Default: "ascending". */
    sortOrder?: "ascending" | "descending";
    /** First result: The place of the first result, from 1. Take the token of the page before instead wherever there is one. */
    startIndex?: number;
    /** Results on a page: How many to get at most in this page; the provider may give fewer. */
    count?: number;
    /** Cursor: Where to go on, for providers with cursors (RFC 9865); empty text for the first page. */
    cursor?: string;
    /** Token of the page: Where to go on: next, as the page before gave it. Nothing for the first page. */
    page?: string;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
} & ({ resourceType: string; endpoint?: undefined } | { endpoint: string; resourceType?: undefined });

export type SearchResourcesOutput = ResourcePage;

export type UpdateResourceInput = {
    /** Resource type: Which kind of resources is meant, by the name the provider has for it; instead of the path. */
    resourceType?: string;
    /** Path: Which kind of resources is meant, by its path below the service URL; instead of the resource type. */
    endpoint?: string;
    /** ID: The provider's identifier of the resource. */
    id: string;
    /** Resource: The resource as it shall be. */
    payload: { [name: string]: unknown };
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Check first: Check the input against the provider's own schemas before anything is sent. Default: false. */
    validate?: boolean;
    /** Read back: Read the resource once more where the provider answers without showing it. Default: false. */
    readBack?: boolean;
    /** Only in this version: The version that the resource must still have, an entity tag; if it has another, nothing is done. */
    ifMatch?: string;
    /** Keep to the version read: Read first and change that version only, once more if somebody else was quicker. Default: false. */
    readModifyWrite?: boolean;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
} & ({ resourceType: string; endpoint?: undefined } | { endpoint: string; resourceType?: undefined });

export type UpdateResourceOutput = { [name: string]: unknown } | null;

export type PatchResourceInput = {
    /** Resource type: Which kind of resources is meant, by the name the provider has for it; instead of the path. */
    resourceType?: string;
    /** Path: Which kind of resources is meant, by its path below the service URL; instead of the resource type. */
    endpoint?: string;
    /** ID: The provider's identifier of the resource. */
    id: string;
    /** Changes: What is changed, in order. */
    operations: PatchOperation[];
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Check first: Check the input against the provider's own schemas before anything is sent. Default: false. */
    validate?: boolean;
    /** Read back: Read the resource once more where the provider answers without showing it. Default: false. */
    readBack?: boolean;
    /** Only in this version: The version that the resource must still have, an entity tag; if it has another, nothing is done. */
    ifMatch?: string;
    /** Keep to the version read: Read first and change that version only, once more if somebody else was quicker. Default: false. */
    readModifyWrite?: boolean;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
} & ({ resourceType: string; endpoint?: undefined } | { endpoint: string; resourceType?: undefined });

export type PatchResourceOutput = { [name: string]: unknown } | null;

export type DeleteResourceInput = {
    /** Resource type: Which kind of resources is meant, by the name the provider has for it; instead of the path. */
    resourceType?: string;
    /** Path: Which kind of resources is meant, by its path below the service URL; instead of the resource type. */
    endpoint?: string;
    /** ID: The provider's identifier of the resource. */
    id: string;
    /** Gone is done: Take it for a success if the resource is not there any more. Default: false. */
    goneIsDone?: boolean;
    /** Only in this version: The version that the resource must still have, an entity tag; if it has another, nothing is done. */
    ifMatch?: string;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
} & ({ resourceType: string; endpoint?: undefined } | { endpoint: string; resourceType?: undefined });

export type DeleteResourceOutput = null;

export type SearchInput = {
    /** Filter: Which of them to list, as an expression of SCIM (RFC 7644 section 3.4.2.2); all without one. */
    filter?: string;
    /** Only these attributes: The attributes to get, all others left out; not together with those to leave out. */
    attributes?: string[];
    /** All but these attributes: The attributes to leave out, such as the members of large groups. */
    excludedAttributes?: string[];
    /** Sort by: The attribute to sort by, where the provider sorts. */
    sortBy?: string;
    /** Order: Whether the smallest comes first, or the largest. Default: "ascending". */
    sortOrder?: "ascending" | "descending";
    /** First result: The place of the first result, from 1. Take the token of the page before instead wherever there is one. */
    startIndex?: number;
    /** Results on a page: How many to get at most in this page; the provider may give fewer. */
    count?: number;
    /** Cursor: Where to go on, for providers with cursors (RFC 9865); empty text for the first page. */
    cursor?: string;
    /** Token of the page: Where to go on: next, as the page before gave it. Nothing for the first page. */
    page?: string;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type SearchOutput = ResourcePage;

export type PlanInput = {
    /** Resource type: Which kind of resources is meant, by the name the provider has for it; instead of the path. */
    resourceType?: string;
    /** Path: Which kind of resources is meant, by its path below the service URL; instead of the resource type. */
    endpoint?: string;
    /** Pairs: What is to be decided: each a resource as it shall be, and those that are there. */
    pairs: PlanPair[];
    /** What may be done: What becomes of resources that are there already, and of those that are not described any more. */
    policy?: Policy;
} & ({ resourceType: string; endpoint?: undefined } | { endpoint: string; resourceType?: undefined });

export type PlanOutput = PlanReport;

export type ReconcileInput = {
    /** Resource type: Which kind of resources is meant, by the name the provider has for it; instead of the path. */
    resourceType?: string;
    /** Path: Which kind of resources is meant, by its path below the service URL; instead of the resource type. */
    endpoint?: string;
    /** Resources: The resources as they all shall be. */
    desired: Array<{ [name: string]: unknown }>;
    /** Find it by: The attributes to find the resource by, tried in this order; your own identifier and the name without any. */
    matchOn?: string[];
    /** Only among: A filter for those that are compared; all others are left alone. */
    scope?: string;
    /** What may be done: What becomes of resources that are there already, and of those that are not described any more. */
    policy?: Policy;
    /** Known from before: What the job has to do with resources, as owned of the last report says. */
    owned?: Owned[];
    /** Guards: When nothing is changed, and the plan alone is given. */
    guards?: Guards;
    /** Dry run: Say what would be done, and do nothing. Default: false. */
    dryRun?: boolean;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
} & ({ resourceType: string; endpoint?: undefined } | { endpoint: string; resourceType?: undefined });

export type ReconcileOutput = ReconcileReport;

export type SubmitRequestInput = {
    /** Request: What is to be carried out: it creates, replaces, changes or deletes a resource, or is a whole bulk. */
    request: BulkOperation;
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type SubmitRequestOutput = {
    done: false;
    ticket: Ticket;
    [extension: `urn:${string}`]: unknown;
} | {
    done: true;
    result: BulkResult;
    [extension: `urn:${string}`]: unknown;
};

export type CollectRequestInput = {
    /** Ticket: What handing in the request gave: pass it on as it is. */
    ticket: Ticket;
};

export type CollectRequestOutput = {
    done: false;
    /** Ask again after so many milliseconds */
    retryAfterMs: number;
    [extension: `urn:${string}`]: unknown;
} | {
    done: true;
    result: BulkResult;
    [extension: `urn:${string}`]: unknown;
};

export type BulkInput = {
    /** Operations: What is to be done, in order: each creates, replaces, changes or deletes a resource. */
    operations: BulkOperation[];
    /** Stop after errors: After how many failed operations the rest is left; all are tried without it. */
    failOnErrors?: number;
    /** Created before: Names and identifiers of what bulks before this one created, so that operations may refer to them. */
    known?: { [name: string]: string };
    /** Headers: Further header fields of each request. */
    headers?: { [name: string]: string };
};

export type BulkOutput = BulkReport;

export type GetServiceProviderConfigInput = { [name: string]: never };

export type GetServiceProviderConfigOutput = ServiceProviderConfig;

export type ListResourceTypesInput = { [name: string]: never };

export type ListResourceTypesOutput = ResourceType[];

export type GetResourceTypeInput = {
    /** Name or ID: Which resource type, by its name or identifier. */
    id: string;
};

export type GetResourceTypeOutput = ResourceType;

export type ListSchemasInput = { [name: string]: never };

export type ListSchemasOutput = Schema[];

export type GetSchemaInput = {
    /** URN or name: Which schema, by its URN or name. */
    id: string;
};

export type GetSchemaOutput = Schema;

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
    plan: { input: PlanInput; output: PlanOutput };
    reconcile: { input: ReconcileInput; output: ReconcileOutput };
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
    listResources(input: ListResourcesInput, options?: CallOptions): Listing<ListResourcesOutput, ListResourcesOutput['Resources'][number]>;
    /** Lists resources by POST to the endpoint's `/.search`. */
    searchResources(input: SearchResourcesInput, options?: CallOptions): Listing<SearchResourcesOutput, SearchResourcesOutput['Resources'][number]>;
    /** Replaces a resource. */
    updateResource(input: UpdateResourceInput, options?: CallOptions): Promise<UpdateResourceOutput>;
    /** Changes parts of a resource. */
    patchResource(input: PatchResourceInput, options?: CallOptions): Promise<PatchResourceOutput>;
    /** Deletes a resource. */
    deleteResource(input: DeleteResourceInput, options?: CallOptions): Promise<DeleteResourceOutput>;
    /** Searches all resource types at once, by POST to `/.search`; `unsupported` where the provider has no such endpoint. */
    search(input?: SearchInput, options?: CallOptions): Listing<SearchOutput, SearchOutput['Resources'][number]>;
    /** Says what is to be done with resources, and why, of which the caller knows how they shall be and how they are; nothing is sent, not even for discovery. */
    plan(input: PlanInput, options?: CallOptions): Promise<PlanOutput>;
    /** Makes the provider's resources those described: lists them, recognises each, decides as `plan` does, and carries it out, leavers last. */
    reconcile(input: ReconcileInput, options?: CallOptions): Promise<ReconcileOutput>;
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
