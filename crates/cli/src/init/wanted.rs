//! What is wanted of a connection, and what must still be asked. Pure: it neither asks nor writes.

use clap::{Args, ValueEnum};
use scim_connector_host::catalog::{Catalog, Profile};
use scim_connector_host::error::{Error, Result};
use serde_json::{Map, Value, json};

/// What is said of a connection.
#[derive(Args, Clone, Default)]
pub(super) struct Wanted {
    /// A known provider: `scim-connector describe --provider` lists them
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// The organisation at the provider
    #[arg(long, value_name = "NAME")]
    organization: Option<String>,
    /// The base URL of the SCIM service, where no provider says it
    #[arg(long, value_name = "URL")]
    service_url: Option<String>,
    /// How requests are authenticated
    #[arg(long, value_name = "TYPE")]
    auth: Option<Auth>,
    /// The token endpoint, where no provider says it
    #[arg(long, value_name = "URL")]
    token_url: Option<String>,
    /// The client's identifier
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Scopes to ask for [default: those that the operations of --for need, where that is known]
    #[arg(long, value_name = "SCOPE", value_delimiter = ',')]
    scope: Vec<String>,
    /// What the connection is for: the scopes of these operations are asked for
    #[arg(long = "for", value_name = "OPERATION", value_delimiter = ',', default_value = "createUser,listUsers")]
    operations: Vec<String>,
    /// The user name of basic authentication
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
    /// The header of an API key
    #[arg(long, value_name = "NAME")]
    header: Option<String>,
    /// Where the secret is: env:NAME, file:PATH or keyring[:SERVICE/ACCOUNT] [default: an environment variable]
    #[arg(long, value_name = "PLACE")]
    secret: Option<String>,
    /// That no provider is known, once it was asked.
    #[arg(skip)]
    no_provider: bool,
}

/// Types of `auth`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "camelCase")]
pub(super) enum Auth {
    ClientCredentials,
    Bearer,
    Basic,
    Header,
    None,
}

/// Something that must be known.
pub(super) struct Question {
    /// The flag that says it.
    pub flag: &'static str,
    pub text: String,
    pub default: Option<String>,
}

/// Where a secret is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Env(String),
    File(String),
    Keyring(String, String),
}

impl Place {
    fn parse(text: &str, name: &str) -> Result<Self> {
        // Not repeated: it may be the secret itself.
        let wrong =
            || Error::Usage("--secret says where it is: env:NAME, file:PATH or keyring[:SERVICE/ACCOUNT]".into());
        match text.split_once(':') {
            Some(("env", name)) if !name.is_empty() => Ok(Self::Env(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.to_owned())),
            Some(("keyring", place)) => match place.rsplit_once('/') {
                Some((service, account)) if !service.is_empty() && !account.is_empty() => {
                    Ok(Self::Keyring(service.to_owned(), account.to_owned()))
                }
                _ => Err(wrong()),
            },
            None if text == "keyring" => Ok(Self::Keyring("scim-connector".into(), name.to_owned())),
            _ => Err(wrong()),
        }
    }

    fn reference(&self) -> Value {
        match self {
            Self::Env(name) => json!({"env": name}),
            Self::File(path) => json!({"file": path}),
            Self::Keyring(service, account) => json!({"keyring": {"service": service, "account": account}}),
        }
    }

    /// Service and account of a keyring.
    pub fn keyring(&self) -> Option<(&str, &str)> {
        match self {
            Self::Keyring(service, account) => Some((service, account)),
            _ => None,
        }
    }

    /// What is left to do for the secret to be there.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Env(name) if std::env::var_os(name).is_none() => {
                Some(format!("the secret is read from the environment: export {name}=…"))
            }
            Self::Keyring(..) if cfg!(target_os = "linux") => {
                Some("the keyring of this system forgets at its next start; --secret file:PATH or env:NAME stay".into())
            }
            _ => None,
        }
    }
}

/// The variable that holds the secret of a connection, where nothing else is said.
fn variable(name: &str) -> String {
    let upper = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
    format!("SCIM_{}_SECRET", upper.collect::<String>())
}

fn says<'a>(profile: Option<&'a Profile>, name: &str) -> Option<&'a str> {
    profile?.provider.get(name)?.as_str()
}

impl Wanted {
    fn profile<'a>(&self, catalog: &'a Catalog) -> Result<Option<&'a Profile>> {
        self.provider.as_deref().map(|name| catalog.profile(name)).transpose()
    }

    /// What is to be asked next; nothing where all is known.
    pub fn next(&self, name: &str, catalog: &Catalog) -> Result<Option<Question>> {
        let question = |flag, text: &str, default: Option<&str>| {
            Ok(Some(Question { flag, text: text.into(), default: default.map(str::to_owned) }))
        };
        if let Some(place) = &self.secret {
            Place::parse(place, name)?;
        }
        for operation in &self.operations {
            catalog.operation(operation)?;
        }
        let profile = self.profile(catalog)?;
        let known = profile.is_some_and(|profile| profile.provider.get("serviceUrl").is_some());
        if profile.is_none() && self.service_url.is_none() && !self.no_provider {
            let names =
                catalog.profiles.iter().filter(|profile| profile.provider.is_object()).map(|profile| &*profile.name);
            let text = format!("Provider ({}; empty for another)", names.collect::<Vec<_>>().join(", "));
            return question("--provider or --service-url", &text, None);
        }
        if self.service_url.is_none() && !known {
            return question("--service-url", "Base URL of the SCIM service", None);
        }
        let needs = ["serviceUrl", "tokenUrl"].iter().filter_map(|key| says(profile, key));
        if self.organization.is_none() && needs.into_iter().any(|url| url.contains("{organization}")) {
            return question("--organization", "Organisation at the provider", None);
        }
        let Some(auth) = self.auth_of(profile) else {
            let text = "Authentication (clientCredentials, bearer, basic, header, none)";
            return question("--auth", text, Some("clientCredentials"));
        };
        let missing = |value: &Option<String>| value.as_deref().is_none_or(str::is_empty);
        match auth {
            Auth::ClientCredentials if missing(&self.token_url) && says(profile, "tokenUrl").is_none() => {
                question("--token-url", "Token URL", None)
            }
            Auth::ClientCredentials if missing(&self.client_id) => question("--client-id", "Client ID", None),
            Auth::Basic if missing(&self.username) => question("--username", "User name", None),
            Auth::Header if missing(&self.header) => question("--header", "Header of the API key", None),
            _ => Ok(None),
        }
    }

    /// How requests are authenticated: as is said, or as the provider is known to want it.
    fn auth_of(&self, profile: Option<&Profile>) -> Option<Auth> {
        let known = profile.map(|profile| match says(Some(profile), "tokenUrl") {
            Some(_) => Auth::ClientCredentials,
            None => Auth::Bearer,
        });
        self.auth.or(known)
    }

    /// Takes an answer.
    pub fn answer(&mut self, question: &Question, answer: &str) -> Result<()> {
        let given = Some(answer.to_owned()).filter(|answer| !answer.is_empty());
        if given.is_none() && question.flag != "--provider or --service-url" {
            return Err(Error::Usage(format!("{} is needed, and nothing was written", question.flag)));
        }
        match question.flag {
            "--provider or --service-url" => {
                self.no_provider = given.is_none();
                self.provider = given;
            }
            "--service-url" => self.service_url = given,
            "--organization" => self.organization = given,
            "--token-url" => self.token_url = given,
            "--client-id" => self.client_id = given,
            "--username" => self.username = given,
            "--header" => self.header = given,
            _ => {
                let auth = Auth::from_str(answer, true);
                self.auth = Some(auth.map_err(|_| Error::Usage(format!("{answer:?} is no type of authentication")))?);
            }
        }
        Ok(())
    }

    /// Where the secret is.
    pub fn secret(&self, name: &str) -> Option<Place> {
        if self.auth == Some(Auth::None) {
            return None;
        }
        let said = self.secret.as_deref().and_then(|place| Place::parse(place, name).ok());
        Some(said.unwrap_or_else(|| Place::Env(variable(name))))
    }

    /// The connection, once all is known.
    pub fn connection(&self, name: &str, catalog: &Catalog) -> Value {
        let profile = self.profile(catalog).ok().flatten();
        let mut connection = Map::new();
        let mut auth = Map::new();
        let put = |into: &mut Map<String, Value>, name: &str, value: Option<Value>| {
            if let Some(value) = value {
                into.insert(name.to_owned(), value);
            }
        };
        let shorthand = profile.is_some_and(|profile| profile.provider.is_object());
        put(&mut connection, if shorthand { "provider" } else { "profile" }, self.provider.as_deref().map(Value::from));
        put(&mut connection, "organization", self.organization.as_deref().map(Value::from));
        put(&mut connection, "serviceUrl", self.service_url.as_deref().map(Value::from));
        let kind = self.auth_of(profile).unwrap_or(Auth::None);
        let kind_name = kind.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
        put(&mut auth, "type", Some(kind_name.into()));
        let secret = self.secret(name).map(|place| place.reference());
        match kind {
            Auth::ClientCredentials => {
                put(&mut auth, "tokenUrl", self.token_url.as_deref().map(Value::from));
                put(&mut auth, "clientId", self.client_id.as_deref().map(Value::from));
                put(&mut auth, "clientSecret", secret);
                let scopes = if self.scope.is_empty() { self.least_scopes(profile) } else { self.scope.clone() };
                put(&mut auth, "scopes", (!scopes.is_empty()).then(|| json!(scopes)));
            }
            Auth::Bearer => put(&mut auth, "token", secret),
            Auth::Basic => {
                put(&mut auth, "username", self.username.as_deref().map(Value::from));
                put(&mut auth, "password", secret);
            }
            Auth::Header => {
                put(&mut auth, "name", self.header.as_deref().map(Value::from));
                put(&mut auth, "value", secret);
            }
            Auth::None => {}
        }
        connection.insert("auth".into(), Value::Object(auth));
        Value::Object(connection)
    }

    /// The scopes that the operations need, where that is known of the provider.
    fn least_scopes(&self, profile: Option<&Profile>) -> Vec<String> {
        let mut scopes = Vec::new();
        for scope in self
            .operations
            .iter()
            .flat_map(|operation| profile.map_or_else(Vec::new, |profile| profile.scopes(operation)))
        {
            if !scopes.iter().any(|there| there == scope) {
                scopes.push(scope.to_owned());
            }
        }
        scopes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog() -> Catalog {
        let operations: Vec<Value> = ["createUser", "listUsers"].iter().map(|name| json!({"name": name})).collect();
        let manifest = json!({"name": "scim-connector", "version": "1", "operations": operations, "profiles": [
            {"name": "asgardeo", "document": {}, "provider": {"serviceUrl": "https://api.example.com/t/{organization}/scim2",
                "tokenUrl": "https://api.example.com/t/{organization}/token",
                "operationScopes": {"createUser": ["create"], "listUsers": ["list"]}}},
            {"name": "slack", "document": {}, "provider": {"serviceUrl": "https://api.example.com/scim"}},
            {"name": "okta", "document": {}},
        ]});
        Catalog::parse(&manifest.to_string()).unwrap()
    }

    /// The questions that are asked, each answered with the next answer, and the connection.
    fn asked(mut wanted: Wanted, answers: &[&str]) -> (Vec<&'static str>, Value) {
        let catalog = catalog();
        let mut flags = Vec::new();
        let mut answers = answers.iter();
        while let Some(question) = wanted.next("a b", &catalog).unwrap() {
            flags.push(question.flag);
            wanted.answer(&question, answers.next().unwrap()).unwrap();
        }
        (flags, wanted.connection("a b", &catalog))
    }

    fn of(provider: &str) -> Wanted {
        Wanted {
            provider: Some(provider.into()),
            operations: vec!["createUser".into(), "listUsers".into()],
            ..Wanted::default()
        }
    }

    #[test]
    fn only_what_is_not_known_is_asked() {
        let (flags, connection) = asked(of("asgardeo"), &["myorg", "c"]);
        assert_eq!(flags, ["--organization", "--client-id"]);
        assert_eq!(
            connection,
            json!({"provider": "asgardeo", "organization": "myorg", "auth": {"type": "clientCredentials",
            "clientId": "c", "clientSecret": {"env": "SCIM_A_B_SECRET"}, "scopes": ["create", "list"]}})
        );

        let (flags, connection) = asked(Wanted { secret: Some("keyring".into()), ..of("slack") }, &[]);
        assert_eq!(flags, [""; 0]);
        assert_eq!(
            connection,
            json!({"provider": "slack", "auth": {"type": "bearer",
            "token": {"keyring": {"service": "scim-connector", "account": "a b"}}}})
        );

        let (flags, connection) = asked(of("okta"), &["https://example.com/scim"]);
        assert_eq!((flags, &connection["profile"]), (vec!["--service-url"], &json!("okta")));

        let answers = ["", "https://example.com/scim", "basic", "kim"];
        let (flags, connection) = asked(Wanted { secret: Some("file:s.txt".into()), ..Wanted::default() }, &answers);
        assert_eq!(flags, ["--provider or --service-url", "--service-url", "--auth", "--username"]);
        assert_eq!(
            connection,
            json!({"serviceUrl": "https://example.com/scim",
            "auth": {"type": "basic", "username": "kim", "password": {"file": "s.txt"}}})
        );

        let none =
            Wanted { auth: Some(Auth::None), service_url: Some("https://example.com".into()), ..Wanted::default() };
        assert_eq!(asked(none, &[]).1, json!({"serviceUrl": "https://example.com", "auth": {"type": "none"}}));
    }

    #[test]
    fn places_of_secrets() {
        assert_eq!(Place::parse("env:X", "n").unwrap(), Place::Env("X".into()));
        assert_eq!(Place::parse("keyring:a/b/c", "n").unwrap(), Place::Keyring("a/b".into(), "c".into()));
        for wrong in ["hunter", "env:", "keyring:", "keyring:x", "keyring:/x", "vault:x"] {
            assert!(Place::parse(wrong, "n").is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_there_is_said_at_once() {
        let error = |wanted: Wanted| wanted.next("n", &catalog()).err().unwrap().to_string();
        assert_eq!(error(of("asgardio")), "there is no profile \"asgardio\"; did you mean \"asgardeo\"?");
        assert!(
            error(Wanted { operations: vec!["createUsr".into()], ..Wanted::default() })
                .contains("did you mean \"createUser\"?")
        );
        assert!(error(Wanted { secret: Some("hunter".into()), ..Wanted::default() }).contains("--secret"));
    }
}
