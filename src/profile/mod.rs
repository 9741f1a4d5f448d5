//! What is known of providers ahead of any conversation with them: data files, no code.
//!
//! A profile says how a provider differs from the standard: its assumed capabilities, in the form of a ServiceProviderConfig
//! (RFC 7643 section 5), and knobs. `generic.json` has them all; each other file has what differs from it; a connection's
//! `overrides` have the last word. A provider shorthand says where a provider lives.

use crate::failure::{Failure, Kind, Result};
use crate::naming::suggestion;
use crate::reader::Reader;
use crate::scim::path::Path;
use crate::scim::resource::{Data, Resource};
use crate::scim::service_provider::FEATURES;
use crate::scim::text::TextRules;
use serde_json::{Map, Value};

/// The profiles there are, and their files.
pub const PROFILES: [(&str, &str); 11] = [
    ("generic", include_str!("generic.json")),
    ("asgardeo", include_str!("asgardeo.json")),
    ("aws", include_str!("aws.json")),
    ("databricks", include_str!("databricks.json")),
    ("entra", include_str!("entra.json")),
    ("github", include_str!("github.json")),
    ("gitlab", include_str!("gitlab.json")),
    ("google", include_str!("google.json")),
    ("okta", include_str!("okta.json")),
    ("salesforce", include_str!("salesforce.json")),
    ("slack", include_str!("slack.json")),
];

/// How members are named in the changes of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberStyle {
    /// `path: "members"` with a list to add, `members[value eq "…"]` to remove (RFC 7644 section 3.5.2).
    Path,
    /// Without a path, the value an object with `members`; removed as in `Path`.
    Pathless,
    /// `path: "members"` with a list, to add and to remove.
    List,
    /// `path: "members"` with an object that has `members`, as Salesforce has it.
    Nested,
}

impl MemberStyle {
    const NAMES: [(&'static str, MemberStyle); 4] = [
        ("path", MemberStyle::Path),
        ("pathless", MemberStyle::Pathless),
        ("list", MemberStyle::List),
        ("nested", MemberStyle::Nested),
    ];

    /// The JSON name.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|row| row.1 == self).map_or("path", |row| row.0)
    }
}

/// How `ensure`, `activate` and their like change a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateWith {
    /// The difference, by PATCH.
    Patch,
    /// The whole, by PUT.
    Put,
}

/// Which references between the operations of a bulk request the provider resolves (RFC 7644 section 3.7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkReferences {
    /// All of them.
    All,
    /// Those to users in the members of a group.
    Members,
}

/// Which media types an answer may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// SCIM's own, or else JSON (RFC 7644 section 3.1).
    Scim,
    /// JSON only.
    Json,
}

impl Accept {
    /// The `Accept` header.
    pub fn header(self) -> &'static str {
        match self {
            Accept::Scim => "application/scim+json, application/json;q=0.9",
            Accept::Json => "application/json",
        }
    }
}

/// What becomes of a filter that a provider is not taken to understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnsupportedFilter {
    /// It is sent all the same, and the answer checked.
    Send,
    /// The whole list is read, and filtered here.
    Local,
    /// The call is refused.
    Refuse,
}

type Flag = bool;
type Count = Option<u32>;
type Names = Option<Vec<String>>;

/// What a knob takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// True or false.
    Flag,
    /// A whole number, or null for none.
    Count,
    /// A list of names, or null for all.
    Names,
    /// One of these.
    Choice(&'static [&'static str]),
}

/// A knob, for whoever describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knob {
    /// Its JSON name.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// What it says.
    pub about: &'static str,
}

trait Setting: Sized {
    const TAKES: Takes;
    fn read(reader: &Reader<'_>, name: &'static str) -> Result<Self>;
}

impl Setting for Flag {
    const TAKES: Takes = Takes::Flag;
    fn read(reader: &Reader<'_>, name: &'static str) -> Result<Self> {
        Ok(reader.boolean(name)?.unwrap_or_default())
    }
}

impl Setting for Count {
    const TAKES: Takes = Takes::Count;
    fn read(reader: &Reader<'_>, name: &'static str) -> Result<Self> {
        reader.small(name)
    }
}

impl Setting for Names {
    const TAKES: Takes = Takes::Names;
    fn read(reader: &Reader<'_>, name: &'static str) -> Result<Self> {
        reader.strings(name)
    }
}

impl Setting for Accept {
    const TAKES: Takes = Takes::Choice(&["scim", "json"]);
    fn read(reader: &Reader<'_>, name: &'static str) -> Result<Self> {
        Ok(reader.choice(name, &[("scim", Accept::Scim), ("json", Accept::Json)])?.unwrap_or(Accept::Scim))
    }
}

impl Setting for MemberStyle {
    const TAKES: Takes = Takes::Choice(&["path", "pathless", "list", "nested"]);
    fn read(reader: &Reader<'_>, name: &'static str) -> Result<Self> {
        Ok(reader.choice(name, &MemberStyle::NAMES)?.unwrap_or(MemberStyle::Path))
    }
}

impl Setting for UpdateWith {
    const TAKES: Takes = Takes::Choice(&["patch", "put"]);
    fn read(reader: &Reader<'_>, name: &'static str) -> Result<Self> {
        let choices = [("patch", UpdateWith::Patch), ("put", UpdateWith::Put)];
        Ok(reader.choice(name, &choices)?.unwrap_or(UpdateWith::Patch))
    }
}

impl Setting for UnsupportedFilter {
    const TAKES: Takes = Takes::Choice(&["send", "local", "refuse"]);
    fn read(reader: &Reader<'_>, name: &'static str) -> Result<Self> {
        let choices = [
            ("send", UnsupportedFilter::Send),
            ("local", UnsupportedFilter::Local),
            ("refuse", UnsupportedFilter::Refuse),
        ];
        Ok(reader.choice(name, &choices)?.unwrap_or(UnsupportedFilter::Send))
    }
}

impl Setting for BulkReferences {
    const TAKES: Takes = Takes::Choice(&["all", "members"]);
    fn read(reader: &Reader<'_>, name: &'static str) -> Result<Self> {
        let choices = [("all", BulkReferences::All), ("members", BulkReferences::Members)];
        Ok(reader.choice(name, &choices)?.unwrap_or(BulkReferences::All))
    }
}

macro_rules! knobs {
    ($($field:ident $name:literal $kind:ident $about:literal;)*) => {
        /// The knobs of a profile.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Knobs { $(#[doc = $about] pub $field: $kind,)* }

        /// Every knob, in the order of the documentation.
        pub const KNOBS: &[Knob] = &[$(Knob { name: $name, takes: <$kind as Setting>::TAKES, about: $about },)*];

        fn knobs(reader: &Reader<'_>) -> Result<Knobs> {
            Ok(Knobs { $($field: <$kind as Setting>::read(reader, $name)?,)* })
        }
    };
}

knobs! {
    put "put" Flag "Whether resources can be replaced by PUT";
    search "search" Flag "Whether POST to .search is there";
    update_with "updateWith" UpdateWith "Whether ensure, activate and deactivate change by PATCH or by PUT";
    filter_operators "filterOperators" Names "Operators that filters may use, of eq ne co sw ew pr gt ge lt le and or not; null for all";
    filter_attributes "filterAttributes" Names "Attributes that filters may name, those of one type as User:userName, all of a type as User:*; null for all";
    filter_keywords "filterKeywordsInStrings" Flag "Whether a filter is understood whose strings have the words and or or in them";
    user_store_prefix "userStorePrefix" Flag "Whether names may come back with the name of a user store before them, DEFAULT/kim for kim";
    trims_strings "trimsStrings" Flag "Whether the provider takes away blanks at the ends of strings, so that they are no difference";
    lookup_pages "lookupPages" Count "Most pages of 100 that are read to find one resource where no filter finds it; null for 200";
    filter_value_paths "filterValuePaths" Flag "Whether filters may use value paths such as emails[type eq \"work\"]";
    unsupported_filter "unsupportedFilter" UnsupportedFilter "What becomes of a filter where the provider says that it does not filter: send it and check the answer, local to read the whole list and filter here, or refuse";
    local_filter_limit "localFilterLimit" Count "Most resources read to filter them here; null for any number";
    not_found_is_empty "notFoundIsEmpty" Flag "Whether a list with a filter that finds nobody is answered 404, which then is an empty list";
    list_needs_filter "listNeedsFilter" Flag "Whether a list is only given with a filter";
    default_count "defaultCount" Count "Results on a page where the call does not say; null for the provider's choice";
    send_count "sendCount" Flag "Whether count may be sent at all";
    explicit_paging "explicitPaging" Flag "Whether startIndex and count are always sent: some list nothing without them";
    page_totals "pageTotals" Flag "Whether totalResults may be the number on the page only, so that a listing goes on until a page is empty";
    max_count "maxCount" Count "Largest count the provider accepts, to which a larger one is lowered; null for any";
    views "views" Flag "Whether attributes and excludedAttributes can be asked for";
    extension_views "extensionViews" Flag "Whether attributes and excludedAttributes know single attributes of an extension, URN:name; if not, the extension is asked for as a whole";
    patch_attributes "patchAttributes" Names "Attributes that PATCH can change, written as in filterAttributes; null for all";
    patch_value_paths "patchValuePaths" Flag "Whether PATCH may use value paths, members apart";
    patch_operations "patchOperations" Count "Most operations in a PATCH; null for any number";
    pathless_attributes "pathlessAttributes" Count "Most attributes that a PATCH operation without a path may change; null for any number";
    single_valued "singleValued" Flag "Whether a user's multi-valued attribute takes one value only";
    member_style "memberStyle" MemberStyle "How members are named in the changes of a group";
    members_per_request "membersPerRequest" Count "Most members added in one request";
    member_removals_per_request "memberRemovalsPerRequest" Count "Most members removed in one request";
    members_returned "membersReturned" Flag "Whether a group that is read has its members";
    members_by_filter "membersByFilter" Flag "Whether the members of a group that does not show them can be listed as users, by groups.value";
    replace_members "replaceMembers" Flag "Whether all members of a group can be replaced at once";
    member_display "memberDisplay" Flag "Whether a member that is added must have a display: its userName is read and put there";
    check_members "checkMembers" Flag "Whether members are read before some are added, for a provider that adds again who is there";
    omits_empty "omitsEmpty" Flag "Whether an attribute that a resource does not show is known to be empty, members above all";
    put_id "putId" Flag "Whether a PUT carries the id";
    pathless_patch "pathlessPatch" Flag "Whether PATCH operations are to have no path";
    views_on_changes "viewsOnChanges" Flag "Whether attributes and excludedAttributes may be sent with a change; otherwise its answer is cut here";
    delete_deactivates "deleteDeactivates" Flag "Whether a deleted user is only deactivated";
    bulk_references "bulkReferences" BulkReferences "Which bulkId references between operations of one bulk request the provider resolves: all, or those to users in the members of a group; what refers otherwise goes in a later request";
    accept "accept" Accept "Media type of answers: SCIM's own or else JSON, or JSON only";
    accept_on_delete "acceptOnDelete" Flag "Whether a DELETE has the Accept header too";
    parameters "parameters" Names "Parameters of every URL of the service, name=value, for example domain=PRIMARY";
    query_length "queryLength" Count "Longest query in a URL, bytes; a longer one goes by POST to .search where that is there";
    private_queries "privateQueries" Flag "Whether every query with a filter goes by POST to .search, so that it stands in no URL";
    discovery_lifetime "discoveryLifetimeMs" Count "How long documents of discovery are kept, milliseconds";
}

/// What filters are made of, as `filterOperators` names it.
pub const OPERATORS: [&str; 13] = ["eq", "ne", "co", "sw", "ew", "pr", "gt", "ge", "lt", "le", "and", "or", "not"];

impl Knobs {
    /// What this provider makes of texts.
    pub fn text_rules(&self) -> TextRules {
        TextRules { store_prefix: self.user_store_prefix, trims: self.trims_strings }
    }

    /// The attributes of a type that filters may name; none for all.
    pub fn filterable(&self, resource_type: &str) -> Option<Vec<&str>> {
        attributes(self.filter_attributes.as_ref()?, resource_type)
    }

    /// The attributes of a type that PATCH can change; none for all.
    pub fn patchable(&self, resource_type: &str) -> Option<Vec<&str>> {
        attributes(self.patch_attributes.as_ref()?, resource_type)
    }

    /// Whether PATCH can change what a path or a name means, in resources of a type.
    pub fn patches(&self, resource_type: &str, name: &str) -> bool {
        let whole = name.parse::<Path>().map_or_else(|_| name.to_owned(), |path| path.attribute.name);
        let is = |known: &&str| known.eq_ignore_ascii_case(name) || known.eq_ignore_ascii_case(&whole);
        self.patchable(resource_type).is_none_or(|known| known.iter().any(is))
    }
}

/// The names for a type: those with the type before a colon, and those without; none where all are meant.
fn attributes<'a>(names: &'a [String], resource_type: &str) -> Option<Vec<&'a str>> {
    let mut found = Vec::new();
    for name in names {
        match name.split_once(':') {
            Some((prefix, _)) if prefix.eq_ignore_ascii_case("urn") => found.push(name.as_str()),
            Some((prefix, "*")) if prefix.eq_ignore_ascii_case(resource_type) => return None,
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case(resource_type) => found.push(rest),
            Some(_) => {}
            None => found.push(name.as_str()),
        }
    }
    Some(found)
}

/// Members of a profile and of `overrides` besides the knobs: the sections of a ServiceProviderConfig.
pub const SECTIONS: [&str; 2] = ["pagination", "securityEvents"];

/// A profile, with a connection's overrides laid over it.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Its name, as in a connection's `profile`.
    pub name: &'static str,
    /// What the provider is assumed to say of itself, and the knobs; without the overrides.
    pub document: Resource,
    /// The knobs, overrides included.
    pub knobs: Knobs,
}

impl Profile {
    /// The profile of a name, under a connection's overrides.
    pub fn named(name: &str, overrides: &Resource) -> Result<Profile> {
        let Some((name, _)) = PROFILES.iter().find(|profile| profile.0 == name) else {
            let names: Vec<&str> = PROFILES.iter().map(|profile| profile.0).collect();
            let hint = suggestion(name, &names);
            let detail = format!("profile: {name:?} is not one of {}{hint}", names.join(", "));
            return Err(Failure::new(Kind::Configuration, detail).at("/profile"));
        };
        let document = document(name)?;
        let known: Vec<&str> =
            FEATURES.iter().chain(&SECTIONS).copied().chain(KNOBS.iter().map(|it| it.name)).collect();
        Reader::of(overrides, "/overrides", Kind::Configuration).only(&known)?;
        let document = Resource::from(document);
        let mut merged = document.clone();
        merged.extend(overrides.clone());
        let reader = Reader::of(&merged, "/overrides", Kind::Configuration);
        let knobs = knobs(&reader)?;
        let odd = knobs.filter_operators.iter().flatten().find(|word| !OPERATORS.contains(&word.as_str()));
        if let Some(word) = odd {
            return Err(reader.error("filterOperators", format!("{word:?} is not one of {}", OPERATORS.join(", "))));
        }
        Ok(Profile { name, document, knobs })
    }
}

/// A profile's file over the generic one: `title`, the sections and the knobs.
pub fn document(name: &str) -> Result<Map<String, Value>> {
    let mut document = Map::new();
    for (_, text) in PROFILES.iter().filter(|profile| profile.0 == "generic" || profile.0 == name) {
        document.extend(file(name, text)?);
    }
    Ok(document)
}

/// What a profile is called, for a person; its name where its file does not say.
pub fn title(name: &str) -> String {
    let title = document(name).ok().and_then(|document| Some(document.get("title")?.as_str()?.to_owned()));
    title.unwrap_or_else(|| name.to_owned())
}

fn file(name: &str, text: &str) -> Result<Map<String, Value>> {
    let broken = |what: &dyn std::fmt::Display| {
        Failure::new(Kind::Internal, format!("profile {name}: its file is broken: {what}"))
    };
    let file = Data::parse(text.as_bytes()).map_err(|error| broken(&error))?;
    Ok((&file.into_object().map_err(|other| broken(&other.type_name()))?).into())
}

/// What stands in a provider's URLs for the organisation's name.
pub const ORGANIZATION: &str = "{organization}";

/// Where a provider lives: the URLs that follow from an organisation's name, and what they need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Service URL, with or without `{organization}`.
    pub service_url: String,
    /// Token URL, likewise.
    pub token_url: Option<String>,
    /// Scopes to ask for where the connection names none.
    pub scopes: Vec<String>,
}

/// The provider of a profile's name, where its URLs follow from a name.
pub fn provider(name: &str) -> Result<Option<Provider>> {
    let Some((_, text)) = PROFILES.iter().find(|profile| profile.0 == name) else { return Ok(None) };
    let file = file(name, text)?;
    let Some(value) = file.get("provider").filter(|value| !value.is_null()) else { return Ok(None) };
    let value = Data::from(value);
    let reader = Reader::new(&value, "/provider", Kind::Internal)?;
    reader.only(&["serviceUrl", "tokenUrl", "scopes", OPERATION_SCOPES])?;
    Ok(Some(Provider {
        service_url: reader.required("serviceUrl")?,
        token_url: reader.string("tokenUrl")?,
        scopes: reader.strings("scopes")?.unwrap_or_default(),
    }))
}

/// The member of a provider that says which scopes each operation needs, where that is known.
const OPERATION_SCOPES: &str = "operationScopes";

/// The scopes that a profile's provider wants for an operation; none where that is not known.
pub fn scopes(name: &str, operation: &str) -> Vec<String> {
    let text = PROFILES.iter().find(|profile| profile.0 == name).and_then(|(name, text)| file(name, text).ok());
    let scopes = text.and_then(|file| {
        let list = file.get("provider")?.get(OPERATION_SCOPES)?.get(operation)?.as_array()?;
        Some(list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    });
    scopes.unwrap_or_default()
}

/// Names of the providers whose URLs follow from a name.
pub fn providers() -> Vec<&'static str> {
    PROFILES.iter().map(|profile| profile.0).filter(|name| matches!(provider(name), Ok(Some(_)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::http_url;
    use crate::scim::path::AttributePath;
    use serde_json::json;

    #[test]
    fn a_profile_says_only_what_the_generic_one_says_too() {
        let generic = document("generic").unwrap();
        let known: Vec<&str> = KNOBS.iter().map(|knob| knob.name).chain(FEATURES).chain(["pagination"]).collect();
        for name in &known {
            assert!(generic.contains_key(*name), "generic.json lacks {name}");
        }
        for (name, text) in PROFILES {
            let file = file(name, text).unwrap();
            for key in file.keys().filter(|key| !["title", "notes", "provider"].contains(&key.as_str())) {
                assert!(known.contains(&key.as_str()), "{name}.json: {key} is no knob and no section");
            }
            assert!(file["title"].as_str().is_some_and(|title| !title.is_empty()), "{name}.json has no title");
            for note in file["notes"].as_array().unwrap_or_else(|| panic!("{name}.json has no notes")) {
                let note = note.as_str().unwrap();
                assert!(note.ends_with('.') && note.len() < 200, "{name}.json: {note}");
            }
            let profile = Profile::named(name, &Resource::new()).unwrap();
            for attribute in profile.knobs.filter_attributes.iter().chain(&profile.knobs.patch_attributes).flatten() {
                let path = attribute.strip_prefix("User:").or(attribute.strip_prefix("Group:")).unwrap_or(attribute);
                assert!(path == "*" || AttributePath::parse(path).is_ok(), "{name}.json: {attribute}");
            }
            for url in
                provider(name).unwrap().iter().flat_map(|it| [Some(&it.service_url), it.token_url.as_ref()]).flatten()
            {
                let filled = url.replace("{organization}", "acme");
                assert!(http_url(&filled, "").is_ok() && !filled.contains(['{', '}']), "{name}.json: {url}");
            }
        }
    }

    #[test]
    fn names_are_for_one_type_or_for_all() {
        let knobs = |name: &str| Profile::named(name, &Resource::new()).unwrap().knobs;
        assert_eq!(knobs("google").filterable("User"), Some(vec!["userName"]));
        assert_eq!(knobs("google").filterable("Group"), Some(vec!["displayName", "externalId"]));
        assert_eq!(knobs("github").filterable("Group"), Some(vec!["id", "externalId", "displayName"]));
        assert_eq!(knobs("generic").filterable("User"), None);
        assert_eq!(knobs("aws").patchable("User"), None);
        assert_eq!(knobs("aws").patchable("Group"), Some(vec!["displayName", "members", "externalId"]));
    }

    #[test]
    fn overrides_have_the_last_word_and_are_read_strictly() {
        let overrides = |value: Value| Resource::from(value.as_object().unwrap());
        let profile = Profile::named("asgardeo", &overrides(json!({"memberStyle": "list", "search": false}))).unwrap();
        assert_eq!(
            (profile.knobs.member_style, profile.knobs.search, profile.knobs.put),
            (MemberStyle::List, false, true)
        );
        let rows = [
            (
                json!({"memberstyle": "list"}),
                "/memberstyle",
                ".memberstyle: unknown field; did you mean \"memberStyle\"?",
            ),
            (json!({"put": []}), "/put", ".put: expected a boolean, found an array"),
            (json!({"accept": "xml"}), "/accept", ".accept: \"xml\" is not one of scim, json"),
            (json!({"provider": {}}), "/provider", ".provider: unknown field"),
            (json!({"filterOperators": ["EQ"]}), "/filterOperators", ".filterOperators: \"EQ\" is not one of eq, ne"),
        ];
        for (given, pointer, detail) in rows {
            let failure = Profile::named("generic", &overrides(given)).unwrap_err();
            assert!(failure.detail.starts_with(&format!("overrides{detail}")), "{failure:?}");
            assert_eq!((failure.kind, failure.pointer), (Kind::Configuration, Some(format!("/overrides{pointer}"))));
        }
    }

    #[test]
    fn scopes_are_those_of_operations_that_there_are() {
        use crate::contract::Operation;
        for (name, text) in PROFILES {
            let file = file(name, text).unwrap();
            let all =
                file.get("provider").and_then(|provider| provider.get(OPERATION_SCOPES)).and_then(Value::as_object);
            for (operation, scopes) in all.into_iter().flatten() {
                assert!(
                    Operation::ALL.iter().any(|known| known.declaration().name == operation),
                    "{name}: {operation}"
                );
                assert!(scopes.as_array().is_some_and(|scopes| !scopes.is_empty()), "{name}: {operation}");
                assert!(!super::scopes(name, operation).is_empty(), "{name}: {operation}");
            }
        }
        assert_eq!(super::scopes("asgardeo", "createUser"), ["internal_user_mgt_create"]);
        assert_eq!(super::scopes("generic", "createUser"), [""; 0]);
    }
}
