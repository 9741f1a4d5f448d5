//! What is to be kept of a bulk run so that it can go on later: entries in order, each a JSON object on a line.

use crate::error::{Error, Result};
use serde_json::{Map, Value, json};

/// Operations by their index, first and last of each range.
pub type Ranges = Vec<(u32, u32)>;

/// One entry of the journal. All but results are for whoever goes on.
#[derive(Debug, Clone, PartialEq)]
pub enum BulkEntry {
    /// The run has begun.
    Begun {
        /// How many operations there are.
        operations: u32,
        /// SHA-256 of the operations, in hexadecimal.
        sha256: String,
        /// The service they are for.
        service_url: String,
    },
    /// These are sent after this entry was given: without a result, what became of them is open.
    InFlight(Ranges),
    /// These were in flight and surely not carried out.
    NotSent(Ranges),
    /// What became of an operation: `index` from 0, `method`, and where they are known `bulkId`, `status`, `id`, `location`,
    /// `version`; `failure` where it failed; `found` where the answer was lost and the resource is there.
    Result(Map<String, Value>),
}

impl BulkEntry {
    /// The JSON form.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Begun { operations, sha256, service_url } => {
                json!({"bulk": {"operations": operations, "sha256": sha256, "serviceUrl": service_url}})
            }
            Self::InFlight(ranges) => json!({ "inFlight": ranges }),
            Self::NotSent(ranges) => json!({ "notSent": ranges }),
            Self::Result(result) => Value::Object(result.clone()),
        }
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    /// [`Error::Usage`] where it is none.
    pub fn from_json(value: Value) -> Result<Self> {
        let read = || -> Option<Self> {
            let ranges = |value: &Value| serde_json::from_value(value.clone()).ok();
            if let Some(begun) = value.get("bulk") {
                let text = |name: &str| Some(begun.get(name)?.as_str()?.to_owned());
                let operations = u32::try_from(begun.get("operations")?.as_u64()?).ok()?;
                return Some(Self::Begun { operations, sha256: text("sha256")?, service_url: text("serviceUrl")? });
            }
            if let Some(found) = value.get("inFlight") {
                return Some(Self::InFlight(ranges(found)?));
            }
            if let Some(found) = value.get("notSent") {
                return Some(Self::NotSent(ranges(found)?));
            }
            let Value::Object(result) = &value else { return None };
            index_of(result)?;
            Some(Self::Result(result.clone()))
        };
        read().ok_or_else(|| Error::Usage("this is no entry of a bulk run".into()))
    }
}

/// Which operation a result belongs to.
pub(super) fn index_of(result: &Map<String, Value>) -> Option<u32> {
    u32::try_from(result.get("index")?.as_u64()?).ok()
}

/// Whether an operation failed at the provider, rather than not being carried out.
pub(super) fn is_error(result: &Map<String, Value>) -> bool {
    result.get("failure").is_some_and(|failure| {
        let said = result.contains_key("status") || failure.get("status").is_some();
        said || failure.get("maybeApplied") == Some(&Value::Bool(true))
            || failure.get("kind") != Some(&json!("conflict"))
    })
}

/// Indexes, which come in any order, as ranges.
pub(super) fn ranges(indexes: impl IntoIterator<Item = u32>) -> Ranges {
    let mut indexes: Vec<u32> = indexes.into_iter().collect();
    indexes.sort_unstable();
    indexes.into_iter().fold(Ranges::new(), |mut ranges, index| {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(index) => *last = index,
            _ => ranges.push((index, index)),
        }
        ranges
    })
}

/// A set of indexes, a bit for each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Indexes(Vec<u64>);

impl Indexes {
    pub fn has(&self, index: u32) -> bool {
        self.0.get(index as usize / 64).is_some_and(|word| word >> (index % 64) & 1 == 1)
    }

    pub fn set(&mut self, index: u32, there: bool) {
        let place = index as usize / 64;
        if place >= self.0.len() {
            self.0.resize(place + 1, 0);
        }
        if let Some(word) = self.0.get_mut(place) {
            *word = *word & !(1 << (index % 64)) | u64::from(there) << (index % 64);
        }
    }

    pub fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_as_they_are_written() {
        let result = json!({"index": 7, "method": "POST", "status": 201, "id": "x"});
        let entries = [
            BulkEntry::Begun { operations: 3, sha256: "ab".into(), service_url: "https://scim.example.com/v2".into() },
            BulkEntry::InFlight(vec![(0, 4), (9, 9)]),
            BulkEntry::NotSent(vec![(3, 4)]),
            BulkEntry::Result(result.as_object().cloned().unwrap()),
        ];
        for entry in entries {
            assert_eq!(BulkEntry::from_json(entry.to_json()).unwrap(), entry);
        }
        for other in [json!({}), json!([]), json!({"index": -1}), json!({"inFlight": [[1]]}), json!({"bulk": {}})] {
            assert!(BulkEntry::from_json(other.clone()).is_err(), "{other}");
        }
    }

    #[test]
    fn indexes_become_ranges() {
        assert_eq!(ranges([5, 1, 2, 3, 9]), [(1, 3), (5, 5), (9, 9)]);
        assert_eq!(ranges([]), []);
        let mut set = Indexes::default();
        [0, 63, 64, 700].iter().for_each(|index| set.set(*index, true));
        set.set(63, false);
        assert_eq!([0, 63, 64, 65, 700, 701].map(|index| set.has(index)), [true, false, true, false, true, false]);
        assert_eq!(set.count(), 3);
    }
}
