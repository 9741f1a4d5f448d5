//! Which operations there are. What wit/ says of them is generated (`operations`); what it does not say, what each does and
//! to what, stands in one table here. Knows nothing of how an operation is carried out.

mod operations;

pub use operations::Operation;

use crate::failure::{Failure, Kind, Result};
use crate::naming::suggestion;

/// What wit/ says of an operation.
#[derive(Debug)]
pub struct Declaration {
    /// Its name in JSON, camelCase.
    pub name: &'static str,
    /// Its function, kebab-case.
    pub function: &'static str,
    /// The interface the function stands in.
    pub interface: &'static str,
    /// The first sentence of its documentation.
    pub summary: &'static str,
}

/// What an operation does; each has an input type of the same name in `input`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// POST a resource.
    Create,
    /// GET a resource.
    Get,
    /// GET a list.
    List,
    /// POST to `.search`.
    Search,
    /// PUT a resource.
    Update,
    /// PATCH a resource.
    Patch,
    /// DELETE a resource.
    Delete,
    /// Find, create or change.
    Ensure,
    /// Set `active`.
    Activate,
    /// Unset `active`.
    Deactivate,
    /// Add members.
    AddMembers,
    /// Remove members.
    RemoveMembers,
    /// Make these the members.
    SetMembers,
    /// POST to `/Bulk`.
    Bulk,
    /// Decide what is to be done with resources.
    Plan,
    /// Compare and change a whole set.
    Reconcile,
    /// POST or change something asynchronously (RFC 9967).
    Submit,
    /// GET the result of an asynchronous request.
    Collect,
    /// GET ServiceProviderConfig.
    GetServiceProviderConfig,
    /// GET all resource types.
    ListResourceTypes,
    /// GET one resource type.
    GetResourceType,
    /// GET all schemas.
    ListSchemas,
    /// GET one schema.
    GetSchema,
}

/// What an operation does it to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Users.
    User,
    /// Groups.
    Group,
    /// The authenticated subject.
    Me,
    /// Resources of a type the caller names.
    Resource,
    /// All types at once, or none.
    Everything,
}

macro_rules! meanings {
    ($($operation:ident: $verb:ident $subject:ident;)*) => {
        impl Operation {
            /// What it does.
            pub const fn verb(self) -> Verb {
                match self { $(Operation::$operation => Verb::$verb,)* }
            }

            /// What it does it to.
            pub const fn subject(self) -> Subject {
                match self { $(Operation::$operation => Subject::$subject,)* }
            }
        }
    };
}

meanings! {
    CreateUser: Create User;
    GetUser: Get User;
    ListUsers: List User;
    SearchUsers: Search User;
    UpdateUser: Update User;
    PatchUser: Patch User;
    DeleteUser: Delete User;
    EnsureUser: Ensure User;
    ActivateUser: Activate User;
    DeactivateUser: Deactivate User;
    CreateGroup: Create Group;
    GetGroup: Get Group;
    ListGroups: List Group;
    SearchGroups: Search Group;
    UpdateGroup: Update Group;
    PatchGroup: Patch Group;
    DeleteGroup: Delete Group;
    EnsureGroup: Ensure Group;
    AddGroupMembers: AddMembers Group;
    RemoveGroupMembers: RemoveMembers Group;
    SetGroupMembers: SetMembers Group;
    GetMe: Get Me;
    CreateMe: Create Me;
    UpdateMe: Update Me;
    PatchMe: Patch Me;
    DeleteMe: Delete Me;
    CreateResource: Create Resource;
    GetResource: Get Resource;
    ListResources: List Resource;
    SearchResources: Search Resource;
    UpdateResource: Update Resource;
    PatchResource: Patch Resource;
    DeleteResource: Delete Resource;
    Search: Search Everything;
    Plan: Plan Resource;
    Reconcile: Reconcile Resource;
    SubmitRequest: Submit Everything;
    CollectRequest: Collect Everything;
    Bulk: Bulk Everything;
    GetServiceProviderConfig: GetServiceProviderConfig Everything;
    ListResourceTypes: ListResourceTypes Everything;
    GetResourceType: GetResourceType Everything;
    ListSchemas: ListSchemas Everything;
    GetSchema: GetSchema Everything;
}

impl Operation {
    /// The operation of a JSON name.
    pub fn named(name: &str) -> Result<Operation> {
        Self::ALL.iter().copied().find(|operation| operation.name() == name).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|operation| operation.name()).collect();
            Failure::new(
                Kind::InvalidInput,
                format!("operation: unknown operation {name:?}{}", suggestion(name, &names)),
            )
        })
    }

    /// The operation that does the same as this one in another way, or to something else.
    pub fn sibling(self, verb: Verb) -> Option<Operation> {
        Self::ALL.iter().copied().find(|it| it.verb() == verb && it.subject() == self.subject())
    }

    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        self.declaration().name
    }

    /// A title: what is done, and to what.
    pub fn title(self) -> String {
        let words = match self {
            Operation::Search => "search resources of all types".to_owned(),
            Operation::Bulk => "change resources in bulk".to_owned(),
            Operation::Plan => "plan changes of resources".to_owned(),
            Operation::Reconcile => "reconcile resources".to_owned(),
            _ => self.declaration().function.replace('-', " "),
        };
        let words = if self.subject() == Subject::Me { words.replace(" me", " own user") } else { words };
        let (first, rest) = words.split_at(1);
        first.to_uppercase() + rest
    }

    /// The section of the standard it rests on.
    pub fn rfc(self) -> &'static str {
        use Verb::*;
        match (self.verb(), self.subject()) {
            (_, Subject::Me) => "RFC 7644 section 3.11",
            (Create, _) => "RFC 7644 section 3.3",
            (Get, _) => "RFC 7644 section 3.4.1",
            (List, _) => "RFC 7644 section 3.4.2",
            (Search, _) => "RFC 7644 section 3.4.3",
            (Update, _) => "RFC 7644 section 3.5.1",
            (Patch | Activate | Deactivate | AddMembers | RemoveMembers | SetMembers, _) => "RFC 7644 section 3.5.2",
            (Delete, _) => "RFC 7644 section 3.6",
            (Bulk, _) => "RFC 7644 section 3.7",
            (GetServiceProviderConfig | ListResourceTypes | GetResourceType | ListSchemas | GetSchema, _) => {
                "RFC 7644 section 4"
            }
            (Submit | Collect, _) => "RFC 9967",
            (Ensure | Plan | Reconcile, _) => "RFC 7644 section 3",
        }
    }

    /// The heading it stands under on a canvas: its interface's name.
    pub fn group(self) -> String {
        let (first, rest) = self.declaration().interface.split_at(1);
        first.to_uppercase() + rest
    }

    /// What it does to the provider: `create`, `read`, `update` or `delete`.
    pub fn effect(self) -> &'static str {
        use Verb::*;
        match self.verb() {
            Create | Submit => "create",
            Get | List | Search | Collect | Plan => "read",
            GetServiceProviderConfig | ListResourceTypes | GetResourceType | ListSchemas | GetSchema => "read",
            Delete => "delete",
            Update | Patch | Ensure | Activate | Deactivate | AddMembers | RemoveMembers | SetMembers | Bulk
            | Reconcile => "update",
        }
    }

    /// Whether it may take away what its input does not name, or for good. What a PATCH or a removal of members takes away is named, and
    /// another call gives it back.
    pub fn destructive(self) -> bool {
        use Verb::*;
        matches!(self.verb(), Update | Delete | SetMembers | Bulk | Reconcile | Submit)
    }

    /// The kinds of failure that it gives at providers which keep to the standard.
    pub fn errors(self) -> impl Iterator<Item = Kind> {
        use Verb::*;
        let verb = self.verb();
        Kind::ALL.iter().map(|row| row.0).filter(move |kind| match kind {
            Kind::Conflict | Kind::Precondition => self.effect() != "read",
            Kind::Ambiguous => matches!(verb, Ensure),
            Kind::NotModified => matches!(verb, Get),
            _ => true,
        })
    }

    /// Whether calling it twice is the same as calling it once.
    pub fn idempotent(self) -> bool {
        use Verb::*;
        !matches!(self.verb(), Create | Patch | Bulk | Submit)
    }

    /// Whether its result is a page.
    pub fn paginated(self) -> bool {
        matches!(self.verb(), Verb::List | Verb::Search)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_translate() {
        let operation = Operation::GetServiceProviderConfig;
        assert_eq!(operation.declaration().function, "get-service-provider-config");
        assert_eq!(operation.title(), "Get service provider config");
        assert_eq!(
            (Operation::CreateMe.title().as_str(), Operation::SetGroupMembers.title().as_str()),
            ("Create own user", "Set group members")
        );
        assert_eq!((operation.group().as_str(), Operation::GetMe.group().as_str()), ("Discovery", "Me"));
        assert_eq!(Operation::named("createUser").unwrap(), Operation::CreateUser);
        assert_eq!(
            Operation::named("creatUser").unwrap_err().detail,
            "operation: unknown operation \"creatUser\"; did you mean \"createUser\"?"
        );
    }

    /// `sibling` finds the one there is.
    #[test]
    fn no_two_operations_do_the_same() {
        for one in Operation::ALL {
            let same = |it: &&Operation| it.verb() == one.verb() && it.subject() == one.subject();
            assert_eq!(Operation::ALL.iter().filter(same).count(), 1, "{one:?}");
        }
    }
}
