//! Each verb's input: how it is read, what of it is checked before anything else, and the passwords it holds.

use super::form::Form;
use super::json;
use super::{
    Activate, Activation, AddMembers, Bulk, Change, Collect, Create, Deactivate, Delete, Ensure, Get, GetResourceType,
    GetSchema, GetServiceProviderConfig, Headers, Input, List, ListResourceTypes, ListSchemas, Listing, Members, Patch,
    RemoveMembers, Search, SetMembers, Submit, Update,
};
use crate::connection::{self, is_header_value};
use crate::contract::Verb;
use crate::failure::{Failure, Kind, Result};
use crate::scim::patch;
use crate::scim::resource::{Resource, names_password, passwords};
use scim_connector_redaction::is_secret_path;

/// Checks headers that a caller names.
pub(super) fn check_headers(headers: &Headers) -> Result<()> {
    for (name, value) in headers {
        connection::header(name, value, "/headers").map_err(|mut failure| {
            failure.kind = Kind::InvalidInput;
            failure
        })?;
    }
    Ok(())
}

/// Checks an entity tag, which becomes a header.
fn check_tag(field: &str, tag: Option<&String>) -> Result<()> {
    match tag {
        Some(tag) if tag.is_empty() || !is_header_value(tag) => Err(Failure::input(
            format!("/{field}"),
            format!("{field}: must be an entity tag, visible ASCII characters"),
        )),
        _ => Ok(()),
    }
}

impl Change {
    fn check(&self) -> Result<()> {
        check_tag("ifMatch", self.if_match.as_ref())?;
        if self.read_modify_write && self.if_match.is_some() {
            return Err(Failure::input(
                "/readModifyWrite",
                "readModifyWrite: takes the version it reads; leave out ifMatch, or change that version only",
            ));
        }
        check_headers(&self.headers)
    }
}

pub(super) fn passwords_of(payload: &Resource, tell: &mut dyn FnMut(&str)) {
    if !names_password(payload.into()) {
        return;
    }
    for (name, value) in payload.iter() {
        passwords(value, is_secret_path(name), tell);
    }
}

fn passwords_in(operations: &[patch::Operation], tell: &mut dyn FnMut(&str)) {
    for patch::Operation { path, value, .. } in operations {
        let secret = path.as_deref().is_some_and(is_secret_path);
        if let Some(value) = value {
            passwords(value, secret, tell);
        }
    }
}

impl Input for Create {
    const VERB: Verb = Verb::Create;

    fn read(form: &mut Form) -> Result<Self> {
        Ok(Create {
            payload: form.payload()?,
            view: form.view()?,
            validate: form.flag("validate")?,
            headers: form.headers()?,
        })
    }

    fn check(&self) -> Result<()> {
        check_headers(&self.headers)
    }

    fn passwords(&self, tell: &mut dyn FnMut(&str)) {
        passwords_of(&self.payload, tell);
    }
}

impl Input for Get {
    const VERB: Verb = Verb::Get;

    fn read(form: &mut Form) -> Result<Self> {
        Ok(Get {
            selector: form.selector()?,
            view: form.view()?,
            if_none_match: form.string("ifNoneMatch")?,
            headers: form.headers()?,
        })
    }

    fn check(&self) -> Result<()> {
        check_tag("ifNoneMatch", self.if_none_match.as_ref())?;
        check_headers(&self.headers)
    }
}

impl Input for Update {
    const VERB: Verb = Verb::Update;

    fn read(form: &mut Form) -> Result<Self> {
        Ok(Update {
            selector: form.selector()?,
            payload: form.payload()?,
            view: form.view()?,
            validate: form.flag("validate")?,
            change: form.change()?,
        })
    }

    fn check(&self) -> Result<()> {
        self.change.check()
    }

    fn passwords(&self, tell: &mut dyn FnMut(&str)) {
        passwords_of(&self.payload, tell);
    }
}

impl Input for Patch {
    const VERB: Verb = Verb::Patch;

    fn read(form: &mut Form) -> Result<Self> {
        Ok(Patch {
            selector: form.selector()?,
            operations: form.items("operations", "{\"op\", \"path\", \"value\"}", json::patch_operation)?,
            view: form.view()?,
            validate: form.flag("validate")?,
            change: form.change()?,
        })
    }

    fn check(&self) -> Result<()> {
        self.change.check()
    }

    fn passwords(&self, tell: &mut dyn FnMut(&str)) {
        passwords_in(&self.operations, tell);
    }
}

impl Input for Delete {
    const VERB: Verb = Verb::Delete;

    fn read(form: &mut Form) -> Result<Self> {
        Ok(Delete {
            selector: form.selector()?,
            gone_is_done: form.flag("goneIsDone")?,
            if_match: form.string("ifMatch")?,
            headers: form.headers()?,
        })
    }

    fn check(&self) -> Result<()> {
        check_tag("ifMatch", self.if_match.as_ref())?;
        check_headers(&self.headers)
    }
}

impl Input for Ensure {
    const VERB: Verb = Verb::Ensure;

    fn read(form: &mut Form) -> Result<Self> {
        Ok(Ensure {
            payload: form.payload()?,
            match_on: form.strings("matchOn")?,
            dry_run: form.flag("dryRun")?,
            validate: form.flag("validate")?,
            headers: form.headers()?,
        })
    }

    fn check(&self) -> Result<()> {
        check_headers(&self.headers)
    }

    fn passwords(&self, tell: &mut dyn FnMut(&str)) {
        passwords_of(&self.payload, tell);
    }
}

/// Verbs that share the input of another type: how it is read and checked.
macro_rules! shared {
    ($($verb:ident $read:ident;)*) => {
        $(impl Input for $verb {
            const VERB: Verb = Verb::$verb;

            fn read(form: &mut Form) -> Result<Self> {
                form.$read().map($verb)
            }

            fn check(&self) -> Result<()> {
                self.0.check()
            }
        })*
    };
}

shared! {
    List listing;
    Search listing;
    Activate activation;
    Deactivate activation;
    AddMembers members;
    RemoveMembers members;
    SetMembers members;
}

impl Listing {
    fn check(&self) -> Result<()> {
        check_headers(&self.headers)
    }
}

impl Activation {
    fn check(&self) -> Result<()> {
        self.change.check()
    }
}

impl Members {
    fn check(&self) -> Result<()> {
        check_headers(&self.headers)
    }
}

impl Input for Bulk {
    const VERB: Verb = Verb::Bulk;

    fn read(form: &mut Form) -> Result<Self> {
        let shape = "{\"method\", \"path\", \"bulkId\", \"data\"}";
        Ok(Bulk {
            operations: form.items("operations", shape, json::bulk_operation)?,
            fail_on_errors: form.small("failOnErrors")?,
            known: form.pairs("known")?,
            headers: form.headers()?,
        })
    }

    fn check(&self) -> Result<()> {
        check_headers(&self.headers)
    }
}

impl Input for Submit {
    const VERB: Verb = Verb::Submit;

    fn read(form: &mut Form) -> Result<Self> {
        Ok(Submit { request: form.request()?, headers: form.headers()? })
    }

    fn check(&self) -> Result<()> {
        check_headers(&self.headers)
    }
}

impl Input for Collect {
    const VERB: Verb = Verb::Collect;

    fn read(form: &mut Form) -> Result<Self> {
        Ok(Collect { ticket: form.ticket()? })
    }
}

/// Inputs that say nothing, and those that are the identifier of a document alone.
macro_rules! documents {
    (all: $($all:ident),*; one: $($one:ident),*) => {
        $(impl Input for $all {
            const VERB: Verb = Verb::$all;

            fn read(_: &mut Form) -> Result<Self> {
                Ok($all)
            }
        })*
        $(impl Input for $one {
            const VERB: Verb = Verb::$one;

            fn read(form: &mut Form) -> Result<Self> {
                Ok($one { id: form.id()? })
            }
        })*
    };
}

documents!(all: GetServiceProviderConfig, ListResourceTypes, ListSchemas; one: GetResourceType, GetSchema);
