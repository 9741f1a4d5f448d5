//! What tests write and read resources with: `json!` makes [`Data`], indices read it, null where there is nothing.

use super::{Data, Resource};
use std::ops::Index;

/// JSON as [`Data`].
macro_rules! json {
    ($($json:tt)+) => { $crate::scim::resource::Data::from(serde_json::json!($($json)+)) };
}
pub(crate) use json;

impl Index<&str> for Resource {
    type Output = Data;

    fn index(&self, name: &str) -> &Data {
        self.0.get().iter().find(|member| member.is(name)).map_or(&Data::NULL, |member| &member.value)
    }
}

impl Index<&str> for Data {
    type Output = Data;

    fn index(&self, name: &str) -> &Data {
        self.as_object().map_or(&Data::NULL, |object| &object[name])
    }
}

impl Index<usize> for Data {
    type Output = Data;

    fn index(&self, index: usize) -> &Data {
        self.as_list().and_then(|items| items.get(index)).unwrap_or(&Data::NULL)
    }
}
