//! What is known of providers ahead of any conversation with them: data files, no code.
//!
//! A profile says how a provider differs from the standard: its assumed capabilities, in the form of a ServiceProviderConfig
//! (RFC 7643 section 5), and knobs. `generic.json` has them all; each other file has what differs from it; a connection's
//! `overrides` have the last word. A provider shorthand says where a provider lives.

use crate::failure::{Failure, Kind, Result};
use crate::reader::{Reader, suggestion};
use crate::scim::service_provider::FEATURES;
use serde_json::{Map, Value};

/// The profiles there are, and their files.
pub const PROFILES: [(&str, &str); 2] =
    [("generic", include_str!("generic.json")), ("asgardeo", include_str!("asgardeo.json"))];

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

/// How `ensure`, `activate` and their like change a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateWith {
    /// The difference, by PATCH.
    Patch,
    /// The whole, by PUT.
    Put,
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

impl Setting for MemberStyle {
    const TAKES: Takes = Takes::Choice(&["path", "pathless", "list", "nested"]);
    fn read(reader: &Reader<'_>, name: &'static str) -> Result<Self> {
        let choices = [
            ("path", MemberStyle::Path),
            ("pathless", MemberStyle::Pathless),
            ("list", MemberStyle::List),
            ("nested", MemberStyle::Nested),
        ];
        Ok(reader.choice(name, &choices)?.unwrap_or(MemberStyle::Path))
    }
}

impl Setting for UpdateWith {
    const TAKES: Takes = Takes::Choice(&["patch", "put"]);
    fn read(reader: &Reader<'_>, name: &'static str) -> Result<Self> {
        let choices = [("patch", UpdateWith::Patch), ("put", UpdateWith::Put)];
        Ok(reader.choice(name, &choices)?.unwrap_or(UpdateWith::Patch))
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
    filter_attributes "filterAttributes" Names "Attributes that filters may name; null for all";
    filter_value_paths "filterValuePaths" Flag "Whether filters may use value paths such as emails[type eq \"work\"]";
    patch_attributes "patchAttributes" Names "Attributes that PATCH can change; null for all";
    patch_value_paths "patchValuePaths" Flag "Whether PATCH may use value paths";
    pathless_attributes "pathlessAttributes" Count "Most attributes that a PATCH operation without a path may change; null for any number";
    single_valued "singleValued" Flag "Whether a multi-valued attribute takes one value only";
    member_style "memberStyle" MemberStyle "How members are named in the changes of a group";
    members_per_request "membersPerRequest" Count "Most members added in one request";
    member_removals_per_request "memberRemovalsPerRequest" Count "Most members removed in one request";
    members_returned "membersReturned" Flag "Whether a group that is read has its members";
    delete_deactivates "deleteDeactivates" Flag "Whether a deleted user is only deactivated";
    query_length "queryLength" Count "Longest query in a URL, bytes; a longer one goes by POST to .search";
    private_queries "privateQueries" Flag "Whether every query with a filter goes by POST to .search, so that it stands in no URL";
    discovery_lifetime "discoveryLifetimeMs" Count "How long documents of discovery are kept, milliseconds";
}

/// Members of a profile and of `overrides` besides the knobs: the sections of a ServiceProviderConfig.
pub const SECTIONS: [&str; 2] = ["pagination", "securityEvents"];

/// A profile, with a connection's overrides laid over it.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Its name, as in a connection's `profile`.
    pub name: &'static str,
    /// What the provider is assumed to say of itself, and the knobs; without the overrides.
    pub document: Map<String, Value>,
    /// The knobs, overrides included.
    pub knobs: Knobs,
}

impl Profile {
    /// The profile of a name, under a connection's overrides.
    pub fn named(name: &str, overrides: &Map<String, Value>) -> Result<Profile> {
        let Some((name, _)) = PROFILES.iter().find(|profile| profile.0 == name) else {
            let names: Vec<&str> = PROFILES.iter().map(|profile| profile.0).collect();
            let hint = suggestion(name, &names);
            let detail = format!("profile: {name:?} is not one of {}{hint}", names.join(", "));
            return Err(Failure::new(Kind::Configuration, detail).at("/profile"));
        };
        let document = document(name)?;
        let value = Value::Object(overrides.clone());
        let known: Vec<&str> =
            FEATURES.iter().chain(&SECTIONS).copied().chain(KNOBS.iter().map(|it| it.name)).collect();
        Reader::new(&value, "/overrides", Kind::Configuration)?.only(&known)?;
        let mut merged = document.clone();
        merged.extend(overrides.clone());
        let knobs = knobs(&Reader::new(&Value::Object(merged), "/overrides", Kind::Configuration)?)?;
        Ok(Profile { name, document, knobs })
    }
}

/// A profile's file over the generic one: `title`, the sections and the knobs.
pub fn document(name: &str) -> Result<Map<String, Value>> {
    let mut document = Map::new();
    for (_, text) in PROFILES.iter().filter(|profile| profile.0 == "generic" || profile.0 == name) {
        let file: Map<String, Value> = serde_json::from_str(text)
            .map_err(|error| Failure::new(Kind::Internal, format!("profile {name}: its file is broken: {error}")))?;
        document.extend(file);
    }
    Ok(document)
}

/// A provider whose URLs follow from an organisation's name.
#[derive(Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its name, as in a connection's `provider`; the profile has the same name.
    pub name: &'static str,
    /// Service URL with `{organization}`.
    pub service_url: &'static str,
    /// Token URL with `{organization}`.
    pub token_url: &'static str,
}

/// The providers there are.
pub const PROVIDERS: [Provider; 1] = [Provider {
    name: "asgardeo",
    service_url: "https://api.asgardeo.io/t/{organization}/scim2",
    token_url: "https://api.asgardeo.io/t/{organization}/oauth2/token",
}];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_profile_has_what_the_generic_one_has_and_nothing_unknown() {
        let generic = document("generic").unwrap();
        for knob in KNOBS {
            assert!(generic.contains_key(knob.name), "generic.json lacks {}", knob.name);
        }
        for (name, text) in PROFILES {
            let file: Map<String, Value> = serde_json::from_str(text).unwrap();
            for key in file.keys().filter(|key| *key != "title") {
                assert!(generic.contains_key(key), "{name}.json: {key} is no knob and no section");
            }
            assert!(file.contains_key("title"), "{name}.json has no title");
            Profile::named(name, &Map::new()).unwrap();
        }
    }

    #[test]
    fn overrides_have_the_last_word_and_are_read_strictly() {
        let overrides = |value: Value| value.as_object().cloned().unwrap();
        let profile = Profile::named("asgardeo", &overrides(json!({"memberStyle": "list", "search": false}))).unwrap();
        assert_eq!(
            (profile.knobs.member_style, profile.knobs.search, profile.knobs.put),
            (MemberStyle::List, false, true)
        );
        let failure = Profile::named("generic", &overrides(json!({"memberstyle": "list"}))).unwrap_err();
        assert_eq!(failure.detail, "overrides.memberstyle: unknown field; did you mean \"memberStyle\"?");
        assert_eq!((failure.kind, failure.pointer.as_deref()), (Kind::Configuration, Some("/overrides/memberstyle")));
    }
}
