//! The operation table: every operation, once. The WIT glue, JSON dispatch, the manifest, the command line's help and the
//! documentation derive from it.

use crate::failure::{Failure, Kind, Result};
use crate::operations::{Subject, Verb};
use crate::reader::suggestion;

/// One operation.
#[derive(Debug)]
pub struct Row {
    /// Its name in JSON, camelCase; the contract's function has the same in kebab-case.
    pub name: &'static str,
    /// What it does.
    pub verb: Verb,
    /// What to.
    pub subject: Subject,
}

macro_rules! operations {
    ($($variant:ident $name:literal $verb:ident $subject:ident;)*) => {
        /// An operation of the contract.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Operation { $(#[doc = concat!("`", $name, "`")] $variant,)* }

        impl Operation {
            /// Every operation, in the order of the documentation.
            pub const ALL: &[Operation] = &[$(Operation::$variant,)*];

            /// Its row.
            pub fn row(self) -> &'static Row {
                match self {
                    $(Operation::$variant => &Row { name: $name, verb: Verb::$verb, subject: Subject::$subject },)*
                }
            }
        }
    };
}

operations! {
    CreateUser "createUser" Create User;
    GetUser "getUser" Get User;
    ListUsers "listUsers" List User;
    SearchUsers "searchUsers" Search User;
    UpdateUser "updateUser" Update User;
    PatchUser "patchUser" Patch User;
    DeleteUser "deleteUser" Delete User;
    EnsureUser "ensureUser" Ensure User;
    ActivateUser "activateUser" Activate User;
    DeactivateUser "deactivateUser" Deactivate User;
    CreateGroup "createGroup" Create Group;
    GetGroup "getGroup" Get Group;
    ListGroups "listGroups" List Group;
    SearchGroups "searchGroups" Search Group;
    UpdateGroup "updateGroup" Update Group;
    PatchGroup "patchGroup" Patch Group;
    DeleteGroup "deleteGroup" Delete Group;
    EnsureGroup "ensureGroup" Ensure Group;
    AddGroupMembers "addGroupMembers" AddMembers Group;
    RemoveGroupMembers "removeGroupMembers" RemoveMembers Group;
    SetGroupMembers "setGroupMembers" SetMembers Group;
    GetMe "getMe" Get Me;
    CreateMe "createMe" Create Me;
    UpdateMe "updateMe" Update Me;
    PatchMe "patchMe" Patch Me;
    DeleteMe "deleteMe" Delete Me;
    CreateResource "createResource" Create Resource;
    GetResource "getResource" Get Resource;
    ListResources "listResources" List Resource;
    SearchResources "searchResources" Search Resource;
    UpdateResource "updateResource" Update Resource;
    PatchResource "patchResource" Patch Resource;
    DeleteResource "deleteResource" Delete Resource;
    Search "search" Search Everything;
    Reconcile "reconcile" Reconcile Resource;
    SubmitRequest "submitRequest" Submit Everything;
    CollectRequest "collectRequest" Collect Everything;
    Bulk "bulk" Bulk Everything;
    GetServiceProviderConfig "getServiceProviderConfig" Discover ServiceProvider;
    ListResourceTypes "listResourceTypes" Discover Definition;
    GetResourceType "getResourceType" Discover Definition;
    ListSchemas "listSchemas" Discover Definition;
    GetSchema "getSchema" Discover Definition;
}

impl Operation {
    /// The operation of a JSON name.
    pub fn named(name: &str) -> Result<Operation> {
        Self::ALL.iter().copied().find(|operation| operation.row().name == name).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|operation| operation.row().name).collect();
            Failure::new(
                Kind::InvalidInput,
                format!("operation: unknown operation {name:?}{}", suggestion(name, &names)),
            )
        })
    }
}

impl Row {
    /// Whether this version carries it out.
    pub fn available(&self) -> bool {
        self.verb != Verb::Reconcile
    }

    /// The contract's interface it stands in.
    pub fn interface(&self) -> &'static str {
        match (self.verb, self.subject) {
            (Verb::Bulk, _) => "bulk",
            (Verb::Discover, _) => "discovery",
            (_, Subject::User) => "users",
            (_, Subject::Group) => "groups",
            (_, Subject::Me) => "me",
            _ => "resources",
        }
    }

    /// The contract's function: the name in kebab-case.
    pub fn function(&self) -> String {
        self.name
            .chars()
            .flat_map(|char| [char.is_ascii_uppercase().then_some('-'), Some(char.to_ascii_lowercase())])
            .flatten()
            .collect()
    }

    /// A title: the name in words.
    pub fn title(&self) -> String {
        let words = self.function().replace('-', " ");
        let (first, rest) = words.split_at(1);
        first.to_uppercase() + rest
    }

    /// What it does, in a sentence.
    pub fn summary(&self) -> &'static str {
        use Verb::*;
        match (self.verb, self.name) {
            (Create, _) => "Creates the resource. Never repeated once it was sent.",
            (Get, _) => "Reads the resource.",
            (List, _) => "Lists resources, a page at a time.",
            (Search, _) => "Lists resources by POST, so that the query stands in no URL.",
            (Update, _) => "Replaces the resource; attributes left out are removed.",
            (Patch, _) => "Changes parts of the resource.",
            (Delete, _) => "Deletes the resource.",
            (Ensure, _) => "Makes the resource exist as described; safe to repeat.",
            (Activate, _) => "Sets active to true.",
            (Deactivate, _) => "Sets active to false.",
            (AddMembers, _) => "Adds members; safe to repeat.",
            (RemoveMembers, _) => "Removes members; safe to repeat.",
            (SetMembers, _) => "Makes these the members; safe to repeat.",
            (Bulk, _) => "Carries out many operations in few requests.",
            (Reconcile, _) => "Makes the provider's resources those described.",
            (Submit, _) => "Hands in a request to be carried out later.",
            (Collect, _) => "Collects the result of a request handed in.",
            (Discover, "getServiceProviderConfig") => "What the provider can do, and how each capability is known.",
            (Discover, "listResourceTypes") => "The types of resources the provider has.",
            (Discover, "getResourceType") => "One type of resource.",
            (Discover, "listSchemas") => "The schemas of the provider's resources.",
            (Discover, _) => "One schema.",
        }
    }

    /// The section of the standard it rests on.
    pub fn rfc(&self) -> &'static str {
        use Verb::*;
        match (self.verb, self.subject) {
            (_, Subject::Me) => "RFC 7644 section 3.11",
            (Create, _) => "RFC 7644 section 3.3",
            (Get, _) => "RFC 7644 section 3.4.1",
            (List, _) => "RFC 7644 section 3.4.2",
            (Search, _) => "RFC 7644 section 3.4.3",
            (Update, _) => "RFC 7644 section 3.5.1",
            (Patch | Activate | Deactivate | AddMembers | RemoveMembers | SetMembers, _) => "RFC 7644 section 3.5.2",
            (Delete, _) => "RFC 7644 section 3.6",
            (Bulk, _) => "RFC 7644 section 3.7",
            (Discover, _) => "RFC 7644 section 4",
            (Submit | Collect, _) => "RFC 9967",
            (Ensure | Reconcile, _) => "RFC 7644 section 3",
        }
    }

    /// The heading it stands under on a canvas.
    pub fn group(&self) -> &'static str {
        match (self.verb, self.subject) {
            (Verb::Bulk, _) => "Bulk",
            (Verb::Discover, _) => "Discovery",
            (_, Subject::User) => "Users",
            (_, Subject::Group) => "Groups",
            (_, Subject::Me) => "Me",
            _ => "Resources",
        }
    }

    /// What it does to the provider: `create`, `read`, `update` or `delete`.
    pub fn effect(&self) -> &'static str {
        use Verb::*;
        match self.verb {
            Create | Submit => "create",
            Get | List | Search | Discover | Collect => "read",
            Delete => "delete",
            Update | Patch | Ensure | Activate | Deactivate | AddMembers | RemoveMembers | SetMembers | Bulk
            | Reconcile => "update",
        }
    }

    /// Whether calling it twice is the same as calling it once.
    pub fn idempotent(&self) -> bool {
        use Verb::*;
        !matches!(self.verb, Create | Patch | Bulk | Submit)
    }

    /// Whether its result is a page.
    pub fn paginated(&self) -> bool {
        matches!(self.verb, Verb::List | Verb::Search)
    }

    /// The members of its JSON input, in the order of the documentation.
    pub fn fields(&self) -> Vec<&'static str> {
        use Verb::*;
        let target: &[&'static str] =
            if self.subject == Subject::Resource { &["resourceType", "endpoint"] } else { &[] };
        let id: &[&'static str] = if self.subject == Subject::Me { &[] } else { &["id"] };
        const VIEW: &[&str] = &["attributes", "excludedAttributes"];
        const CHANGE: &[&str] = &["readBack", "ifMatch", "readModifyWrite", "headers"];
        const QUERY: &[&str] = &[
            "filter",
            "attributes",
            "excludedAttributes",
            "sortBy",
            "sortOrder",
            "startIndex",
            "count",
            "cursor",
            "page",
            "headers",
        ];
        let parts: &[&[&'static str]] = match self.verb {
            Create => &[target, &["payload"], VIEW, &["validate", "headers"]],
            Get => &[target, id, VIEW, &["ifNoneMatch", "headers"]],
            List | Search => &[target, QUERY],
            Update => &[target, id, &["payload"], VIEW, &["validate"], CHANGE],
            Patch => &[target, id, &["operations"], VIEW, &["validate"], CHANGE],
            Delete => &[target, id, &["goneIsDone", "ifMatch", "headers"]],
            Ensure => &[&["payload", "matchOn", "dryRun", "validate", "headers"]],
            Activate | Deactivate => &[id, CHANGE],
            AddMembers | RemoveMembers | SetMembers => &[id, &["members", "headers"]],
            Bulk => &[&["operations", "failOnErrors", "known", "headers"]],
            Reconcile => &[target, &["desired", "matchOn", "scope", "dryRun", "surplus", "maxSurplus"]],
            Submit => &[&["request", "headers"]],
            Collect => &[&["ticket"]],
            Discover if matches!(self.name, "getResourceType" | "getSchema") => &[&["id"]],
            Discover => &[],
        };
        parts.iter().flat_map(|part| part.iter().copied()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_translate() {
        let row = Operation::GetServiceProviderConfig.row();
        assert_eq!(
            (row.function().as_str(), row.title().as_str()),
            ("get-service-provider-config", "Get service provider config")
        );
        assert_eq!(Operation::named("createUser").unwrap(), Operation::CreateUser);
        assert_eq!(
            Operation::named("creatUser").unwrap_err().detail,
            "operation: unknown operation \"creatUser\"; did you mean \"createUser\"?"
        );
    }
}
