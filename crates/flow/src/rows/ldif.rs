//! LDIF content records (RFC 2849), as exports and ldapsearch write them.

use super::text::Text;
use super::{Arguments, LONGEST, Place, Read, Sender};
use crate::files::{Denied, FlowFiles};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use scim_connector_host::bounded;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::path::PathBuf;
use url::Url;

/// Attributes as the standards spell them (RFC 4519, RFC 2798) and as directories name theirs: in a file their case is anybody's.
const SPELLED: [&str; 62] = [
    "c",
    "carLicense",
    "cn",
    "co",
    "company",
    "department",
    "departmentNumber",
    "description",
    "displayName",
    "division",
    "employeeID",
    "employeeNumber",
    "employeeType",
    "entryDN",
    "entryUUID",
    "facsimileTelephoneNumber",
    "gidNumber",
    "givenName",
    "homeDirectory",
    "homePhone",
    "info",
    "initials",
    "jpegPhoto",
    "l",
    "labeledURI",
    "loginShell",
    "mail",
    "mailNickname",
    "manager",
    "member",
    "memberOf",
    "memberUid",
    "mobile",
    "o",
    "objectClass",
    "objectGUID",
    "objectSid",
    "ou",
    "pager",
    "photo",
    "physicalDeliveryOfficeName",
    "postalAddress",
    "postalCode",
    "preferredLanguage",
    "proxyAddresses",
    "pwdLastSet",
    "ref",
    "sAMAccountName",
    "secretary",
    "sn",
    "st",
    "street",
    "streetAddress",
    "telephoneNumber",
    "thumbnailPhoto",
    "title",
    "uid",
    "uidNumber",
    "uniqueMember",
    "userAccountControl",
    "userCertificate",
    "userPrincipalName",
];

/// Attributes that are never text, though the bytes of one or the other value may look like it: they stay base64.
const BINARY: [&str; 7] =
    ["cacertificate", "jpegphoto", "objectguid", "objectsid", "photo", "thumbnailphoto", "usercertificate"];

/// How many names that are not known are remembered.
const NAMES: usize = 4096;

/// Gives an object for each entry: `dn`, and for each attribute, with its options, a list of values.
pub fn prepare(with: &Arguments<'_>) -> Result<Read, String> {
    let references = with.text("references")?.map(|name| with.files.path(name));
    let files = with.files.clone();
    Ok(Box::new(move |from, to| {
        let mut reader = Reader { names: HashMap::new(), references, files, referred: 0 };
        reader.read(from, to)?;
        if reader.referred > 0 {
            let were = if reader.referred == 1 {
                "search reference to other servers was"
            } else {
                "search references to other servers were"
            };
            to.warn(format!("{} {were} passed over: what is there is not in the file", reader.referred));
        }
        Ok(())
    }))
}

struct Reader {
    /// Names that the standards do not have, as they came first, by their lower case.
    names: HashMap<String, String>,
    /// Where the files may be that values refer to.
    references: Option<PathBuf>,
    /// What the flow may read in any case.
    files: FlowFiles,
    /// How many search references there were.
    referred: u64,
}

/// What the lines between two empty ones are.
enum Block {
    /// Nothing yet.
    Begin,
    Entry(Map<String, Value>),
    /// A reference to another server, or how the search of ldapsearch ended.
    Besides,
}

impl Reader {
    fn read(&mut self, mut from: Text, to: &mut Sender) -> Result<(), String> {
        let mut block = Block::Begin;
        let mut begun = 0;
        let mut held: Option<(u64, String)> = None;
        let mut comment = false;
        let mut raw = String::new();
        loop {
            raw.clear();
            if matches!(block, Block::Begin) && held.is_none() {
                from.begin_row();
            }
            let more = from.line(&mut raw)?;
            let number = from.number();
            let line = more.then(|| raw.trim_end_matches(['\n', '\r']));
            if let Some(rest) = line.and_then(|line| line.strip_prefix(' ')) {
                // A long line goes on (RFC 2849 note 2).
                match (&mut held, comment) {
                    (_, true) => {}
                    (Some((_, text)), false) => text.push_str(rest),
                    (None, false) => return Err(format!("line {number}: it goes on from no line before it")),
                }
                continue;
            }
            comment = line.is_some_and(|line| line.starts_with('#'));
            self.referred += u64::from(line.is_some_and(is_reference));
            if let Some((number, text)) = held.take() {
                if matches!(block, Block::Begin) {
                    begun = number;
                }
                self.line(&mut block, &text).map_err(|error| format!("line {number}: {error}"))?;
            }
            match line {
                _ if comment => {}
                Some(line) if !line.is_empty() => held = Some((number, line.to_owned())),
                ended => {
                    if let Block::Entry(entry) = std::mem::replace(&mut block, Block::Begin)
                        && !to.give(Value::Object(entry), Place::Line(begun))
                    {
                        return Ok(());
                    }
                    if ended.is_none() {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// A line of a block, unfolded.
    fn line(&mut self, block: &mut Block, text: &str) -> Result<(), String> {
        let (name, value) = text.split_once(':').ok_or("it has no `:`")?;
        let lower = name.to_ascii_lowercase();
        match block {
            Block::Begin => match lower.as_str() {
                "version" if value.trim() == "1" => {}
                "version" => return Err(format!("version {} of LDIF is not known", value.trim())),
                "dn" => {
                    let dn = match self.value(name, &lower, value)? {
                        AttributeValue::Text(dn) => dn,
                        AttributeValue::Binary(_) => return Err("the dn is no text".into()),
                    };
                    *block = Block::Entry(Map::from_iter([("dn".to_owned(), dn.into())]));
                }
                "ref" => {
                    self.referred += 1;
                    *block = Block::Besides;
                }
                "search" => *block = Block::Besides,
                "result" => {
                    *block = Block::Besides;
                    return ended(value);
                }
                _ => return Err(format!("an entry begins with dn, not with {name}")),
            },
            Block::Besides if lower == "dn" => return Err("an empty line goes before an entry".into()),
            Block::Besides if lower == "result" => return ended(value),
            Block::Besides => {}
            Block::Entry(entry) => match lower.as_str() {
                "dn" => return Err("a second dn; an empty line goes between entries".into()),
                "changetype" if value.trim() != "add" => {
                    return Err(format!("changetype: {} is a change, and only entries are read", value.trim()));
                }
                // Neither is an attribute: they say how an entry is to be added.
                "changetype" => {}
                "control" if entry.len() == 1 => {}
                _ => {
                    let value = match self.value(name, &lower, value)? {
                        AttributeValue::Text(text) | AttributeValue::Binary(text) => Value::from(text),
                    };
                    let spelled = self.spelled(name, lower);
                    match entry.get_mut(&spelled) {
                        Some(Value::Array(values)) => values.push(value),
                        _ => _ = entry.insert(spelled, vec![value].into()),
                    }
                }
            },
        }
        Ok(())
    }

    /// An attribute's name, one for all ways of writing it; its options, which are kept apart, in lower case.
    fn spelled(&mut self, name: &str, lower: String) -> String {
        let base = lower.split(';').next().unwrap_or_default();
        let options = lower.get(base.len()..).unwrap_or_default();
        if let Some(known) = SPELLED.iter().find(|known| known.eq_ignore_ascii_case(base)) {
            return format!("{known}{options}");
        }
        if let Some(known) = self.names.get(&lower) {
            return known.clone();
        }
        let first = format!("{}{options}", name.get(..base.len()).unwrap_or_default());
        if self.names.len() < NAMES {
            self.names.insert(lower, first.clone());
        }
        first
    }

    fn value(&self, name: &str, lower: &str, value: &str) -> Result<AttributeValue, String> {
        let bytes = match value.as_bytes().first() {
            Some(b':') => {
                let encoded = value.get(1..).unwrap_or_default().trim();
                STANDARD.decode(encoded).map_err(|_| format!("the value of {name} is not base64"))?
            }
            Some(b'<') => self.referred_to(name, value.get(1..).unwrap_or_default().trim())?,
            _ => return Ok(AttributeValue::Text(value.trim_start_matches(' ').to_owned())),
        };
        let mut parts = lower.split(';');
        let binary = BINARY.contains(&parts.next().unwrap_or_default()) || parts.any(|option| option == "binary");
        // What is no text, a photograph for example, stays base64.
        Ok(match String::from_utf8(bytes) {
            Ok(text) if !binary && !text.contains('\0') => AttributeValue::Text(text),
            Ok(text) => AttributeValue::Binary(STANDARD.encode(text)),
            Err(error) => AttributeValue::Binary(STANDARD.encode(error.as_bytes())),
        })
    }

    /// What a file has that a value refers to (RFC 2849, `attr:< URL`).
    fn referred_to(&self, name: &str, url: &str) -> Result<Vec<u8>, String> {
        let Some(folder) = &self.references else {
            return Err(format!(
                "the value of {name} is in a file; name the folder such files are in as `references`, or export without it (ldapsearch without -t)"
            ));
        };
        let file = Url::parse(url).ok().filter(|url| url.scheme() == "file").and_then(|url| url.to_file_path().ok());
        let file = file.ok_or_else(|| format!("the value of {name} is at a place that is no file:/// URL"))?;
        let unreadable = |error: std::io::Error| format!("the value of {name} cannot be read: {error}");
        let denied = |denied: Denied| format!("the value of {name}: {}", denied.about(&file.display().to_string()));
        let folder = self.files.resolved(folder).map_err(|wrong| wrong.about("the folder `references`"))?;
        let (real, open) = self.files.open(&file).map_err(denied)?;
        if !real.starts_with(folder) {
            return Err(format!("the value of {name} is in a file that is not in the folder `references`"));
        }
        bounded::bytes_of(&open, LONGEST as u64).map_err(unreadable)
    }
}

/// Whether a comment is a search reference, as `ldapsearch -LLL` writes it: `# refldap://other.example.com/dc=example??sub`.
fn is_reference(line: &str) -> bool {
    let reference = line.strip_prefix('#').and_then(|comment| comment.trim_start().strip_prefix("ref"));
    let url = reference.map(|rest| rest.trim_start_matches([':', ' ']));
    url.is_some_and(|url| {
        ["ldap://", "ldaps://", "ldapi://"]
            .iter()
            .any(|scheme| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
    })
}

/// A value, and whether it is text or base64 of what is none.
enum AttributeValue {
    Text(String),
    Binary(String),
}

/// How ldapsearch says that its search ended: `0 Success`, or what kept it from listing everything.
fn ended(result: &str) -> Result<(), String> {
    let result = result.trim();
    match result.split(' ').next() {
        Some("0") => Ok(()),
        _ => Err(format!("ldapsearch ended with \"{result}\": the file does not have everything")),
    }
}
