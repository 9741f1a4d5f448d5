//! An input's JSON form: reading an input, and listing the members it has, are the same code, so that neither says anything
//! else than the other.

use super::{
    Activation, Change, Headers, Input, Listing, Members, Query, Selector, Target, Ticket, View, by_verb, json,
};
use crate::contract::{Operation, Subject};
use crate::failure::{Failure, Kind, Result};
use crate::reader::Reader;
use crate::scim::bulk;
use crate::scim::resource::{Data, Resource};

/// A member of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Whether it must be there.
    pub required: bool,
}

/// An input being read, or, without a value, being described: then every member is absent and nothing fails.
pub struct Form {
    subject: Subject,
    /// The JSON object; members that are taken by value leave it.
    value: Option<Resource>,
    fields: Vec<Field>,
}

/// The members that an operation's input has, in the order of the documentation.
pub fn fields(operation: Operation) -> Vec<Field> {
    let mut form = Form { subject: operation.subject(), value: None, fields: Vec::new() };
    // Nothing fails where nothing is read.
    drop(form.target());
    by_verb!(operation.verb(), T => drop(T::read(&mut form)));
    form.fields
}

/// Reads an operation's input: which resources it is about, and what is to be done.
///
/// # Errors
/// A failure of kind `invalid-input` that names the member.
pub fn read<T: Input>(operation: Operation, value: Data) -> Result<(Option<Target>, T)> {
    let names: Vec<&str> = fields(operation).iter().map(|field| field.name).collect();
    // A misspelt name is reported as such, and not as the absence of the right one.
    Reader::new(&value, "", Kind::InvalidInput)?.only(&names)?;
    let mut form = Form { subject: operation.subject(), value: value.into_object().ok(), fields: Vec::new() };
    Ok((form.target()?, T::read(&mut form)?))
}

/// Readers of a member by name, each none where it is absent.
macro_rules! readers {
    ($($(#[$doc:meta])* $name:ident = $reader:ident -> $type:ty;)*) => {
        $($(#[$doc])*
        pub fn $name(&mut self, name: &'static str) -> Result<$type> {
            match self.member(name, false) {
                Some(reader) => Ok(reader.$reader(name)?.unwrap_or_default()),
                None => Ok(Default::default()),
            }
        })*
    };
}

impl Form {
    /// Notes that the input has a member, and gives the reader where there is something to read.
    fn member(&mut self, name: &'static str, required: bool) -> Option<Reader<'_>> {
        self.fields.push(Field { name, required });
        self.value.as_ref().map(|value| Reader::of(value, "", Kind::InvalidInput))
    }

    /// Takes a member out, by value.
    fn take(&mut self, name: &str) -> Option<Data> {
        self.value.as_mut()?.remove(name)
    }

    readers! {
        /// Whether something is asked for.
        flag = boolean -> bool;
        /// A list of texts.
        strings = strings -> Vec<String>;
        /// An object of texts.
        pairs = pairs -> Vec<(String, String)>;
    }

    /// A text.
    pub fn string(&mut self, name: &'static str) -> Result<Option<String>> {
        self.member(name, false).map_or(Ok(None), |reader| reader.string(name))
    }

    /// A number of 32 bits.
    pub fn small(&mut self, name: &'static str) -> Result<Option<u32>> {
        self.member(name, false).map_or(Ok(None), |reader| reader.small(name))
    }

    /// Which resources are meant, where the operation's name does not say: by type or by path.
    fn target(&mut self) -> Result<Option<Target>> {
        if self.subject != Subject::Resource {
            return Ok(None);
        }
        match (self.string("resourceType")?, self.string("endpoint")?) {
            (Some(_), Some(_)) => {
                Err(Failure::input("/endpoint", "endpoint: give either resourceType or endpoint, not both"))
            }
            (Some(name), None) => Ok(Some(Target::ResourceType(name))),
            (None, path) => Ok(path.map(Target::Endpoint)),
        }
    }

    /// `id`.
    pub fn id(&mut self) -> Result<String> {
        self.member("id", true).map_or(Ok(String::new()), |reader| reader.identifier("id"))
    }

    /// Which resource is meant: `id`, where there are several.
    pub fn selector(&mut self) -> Result<Selector> {
        if self.subject == Subject::Me { Ok(Selector::Only) } else { self.id().map(Selector::Id) }
    }

    /// `payload`, taken by value.
    pub fn payload(&mut self) -> Result<Resource> {
        if let Some(reader) = self.member("payload", true)
            && reader.object("payload")?.is_none()
        {
            return Err(reader.error("payload", "is required: the resource as a JSON object"));
        }
        Ok(self.take("payload").and_then(|payload| payload.into_object().ok()).unwrap_or_default())
    }

    /// `attributes` and `excludedAttributes`.
    pub fn view(&mut self) -> Result<View> {
        Ok(View { attributes: self.strings("attributes")?, excluded: self.strings("excludedAttributes")? })
    }

    /// `headers`.
    pub fn headers(&mut self) -> Result<Headers> {
        self.pairs("headers")
    }

    /// How a resource is changed.
    pub fn change(&mut self) -> Result<Change> {
        Ok(Change {
            read_back: self.flag("readBack")?,
            if_match: self.string("ifMatch")?,
            read_modify_write: self.flag("readModifyWrite")?,
            headers: self.headers()?,
        })
    }

    /// A page to be listed.
    pub fn listing(&mut self) -> Result<Listing> {
        let filter = self.string("filter")?;
        let view = self.view()?;
        let sort_by = self.string("sortBy")?;
        let orders = [("ascending", false), ("descending", true)];
        let descending = self.member("sortOrder", false).map_or(Ok(None), |it| it.choice("sortOrder", &orders))?;
        let start_index = self.member("startIndex", false).map_or(Ok(None), |it| it.integer("startIndex"))?;
        let count = self.small("count")?;
        let cursor = self.string("cursor")?;
        let page = self.string("page")?;
        let query = Query { filter, sort_by, descending, start_index, count, cursor, page };
        Ok(Listing { query, view, headers: self.headers()? })
    }

    /// Whose `active` is set, and how.
    pub fn activation(&mut self) -> Result<Activation> {
        Ok(Activation { id: self.id()?, change: self.change()? })
    }

    /// Members of a group.
    pub fn members(&mut self) -> Result<Members> {
        Ok(Members {
            id: self.id()?,
            members: self.items("members", "{\"value\": id} or of ids", json::member)?,
            read_back: self.flag("readBack")?,
            headers: self.headers()?,
        })
    }

    /// A list that must be there, its items read one by one with the place where each stands.
    pub fn items<T>(
        &mut self,
        name: &'static str,
        shape: &str,
        read: impl Fn(Data, &str) -> Result<T>,
    ) -> Result<Vec<T>> {
        if let Some(reader) = self.member(name, true)
            && reader.list(name)?.is_none()
        {
            return Err(reader.error(name, format!("is required: a list of {shape}")));
        }
        self.taken(name, read)
    }

    /// The same of a list that may be left out.
    pub fn optional_items<T>(&mut self, name: &'static str, read: impl Fn(Data, &str) -> Result<T>) -> Result<Vec<T>> {
        if let Some(reader) = self.member(name, false) {
            reader.list(name)?;
        }
        self.taken(name, read)
    }

    /// The items of a list, taken out.
    fn taken<T>(&mut self, name: &'static str, read: impl Fn(Data, &str) -> Result<T>) -> Result<Vec<T>> {
        let items = self.take(name).and_then(|items| items.into_list().ok()).unwrap_or_default();
        items.into_iter().enumerate().map(|(index, item)| read(item, &format!("/{name}/{index}"))).collect()
    }

    /// An object that may be left out.
    pub fn object<T: Default>(&mut self, name: &'static str, read: impl Fn(&Reader<'_>) -> Result<T>) -> Result<T> {
        match self.member(name, false).map(|reader| reader.child(name)).transpose()?.flatten() {
            Some(reader) => read(&reader),
            None => Ok(T::default()),
        }
    }

    /// `request`: a request to be carried out asynchronously.
    pub fn request(&mut self) -> Result<bulk::Operation> {
        if let Some(reader) = self.member("request", true)
            && reader.value("request").is_none()
        {
            return Err(reader.error("request", "is required: {\"method\", \"path\", \"data\"}"));
        }
        match self.take("request") {
            Some(request) => json::bulk_operation(request, "/request"),
            None => Ok(bulk::Operation {
                method: bulk::Method::Post,
                path: String::new(),
                bulk_id: None,
                version: None,
                data: None,
            }),
        }
    }

    /// `ticket`: what `submitRequest` answered.
    pub fn ticket(&mut self) -> Result<Ticket> {
        let nothing = Ticket {
            method: bulk::Method::Post,
            path: String::new(),
            operations: 1,
            transaction: None,
            location: None,
        };
        let Some(reader) = self.member("ticket", true) else { return Ok(nothing) };
        match reader.child("ticket")? {
            Some(ticket) => json::ticket(&ticket),
            None => Err(reader.error("ticket", "is required: what submitRequest answered")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input;
    use crate::scim::resource::json;

    #[test]
    fn what_is_described_is_what_is_read() {
        let names = |operation| -> Vec<&str> { fields(operation).iter().map(|field| field.name).collect() };
        assert_eq!(names(Operation::GetMe), ["attributes", "excludedAttributes", "ifNoneMatch", "headers"]);
        assert_eq!(
            names(Operation::DeleteResource),
            ["resourceType", "endpoint", "id", "goneIsDone", "ifMatch", "headers"]
        );
        assert!(names(Operation::ListSchemas).is_empty());
        let sound = json!({
            "id": "1", "payload": {}, "operations": [], "members": [], "pairs": [], "desired": [],
            "request": {"method": "POST", "path": "/Users"}, "ticket": {"method": "POST", "path": "/Users"},
        });
        for operation in Operation::ALL {
            let fields = fields(operation);
            let required = fields.iter().filter(|field| field.required).map(|field| field.name);
            let sound: Resource = required.map(|name| (name, sound[name].clone())).collect();
            by_verb!(operation.verb(), T => drop(read::<T>(operation, sound.clone().into()).unwrap()));
            for Field { name, .. } in fields {
                // No member takes such a list, so that each is found to be wrong if it is looked at.
                let mut value = sound.clone();
                value.insert(name, json!([[[]]]));
                let failure = by_verb!(operation.verb(), T => read::<T>(operation, value.into()).err());
                let pointer = failure.and_then(|failure| failure.pointer).unwrap_or_default();
                assert!(pointer.starts_with(&format!("/{name}")), "{operation:?}: {name}: {pointer}");
            }
        }
    }

    #[test]
    fn a_payload_is_moved() {
        let input = json!({"endpoint": "/Devices", "payload": {"a": 1}, "headers": {"X-A": "b"}});
        let (target, input) = read::<input::Create>(Operation::CreateResource, input).unwrap();
        assert_eq!(target, Some(Target::Endpoint("/Devices".to_owned())));
        assert_eq!(input.payload.number("a"), Some(1));
        assert_eq!(input.headers, [("X-A".to_owned(), "b".to_owned())]);
    }
}
