//! The operating system's keyring: the kernel's on Linux (keyutils), the login keychain on macOS, the Credential Manager on
//! Windows. Knows nothing of what the secrets are for.

/// The secret of an account with a service.
///
/// # Errors
/// Says what is wrong and what to do; never the secret.
#[cfg(all(feature = "keyring", any(target_os = "linux", target_os = "macos", target_os = "windows")))]
pub fn read(service: &str, account: &str) -> Result<String, String> {
    let secret = entry(service, account)
        .and_then(|entry| entry.get_password())
        .map_err(|error| describe(service, account, error))?;
    if secret.is_empty() { Err(format!("the keyring's \"{service}/{account}\" is empty")) } else { Ok(secret) }
}

/// Puts the secret of an account with a service there, in the place of one that is there.
///
/// # Errors
/// Says what is wrong and what to do; never the secret.
#[cfg(all(feature = "keyring", any(target_os = "linux", target_os = "macos", target_os = "windows")))]
pub fn store(service: &str, account: &str, secret: &str) -> Result<(), String> {
    let stored = entry(service, account).and_then(|entry| entry.set_password(secret));
    stored.map_err(|error| describe(service, account, error))
}

/// Where the secret of an account with a service is, or would be.
#[cfg(all(feature = "keyring", any(target_os = "linux", target_os = "macos", target_os = "windows")))]
fn entry(service: &str, account: &str) -> Result<keyring_core::Entry, keyring_core::Error> {
    #[cfg(target_os = "macos")]
    use apple_native_keyring_store::keychain::Store;
    use keyring_core::api::CredentialStoreApi as _;
    #[cfg(target_os = "linux")]
    use linux_keyutils_keyring_store::Store;
    #[cfg(target_os = "windows")]
    use windows_native_keyring_store::Store;

    Store::new().and_then(|store| store.build(service, account, None))
}

/// This program has no keyring.
///
/// # Errors
/// Always.
#[cfg(not(all(feature = "keyring", any(target_os = "linux", target_os = "macos", target_os = "windows"))))]
pub fn read(_service: &str, _account: &str) -> Result<String, String> {
    Err("this program was built without support for a keyring; use {\"env\": NAME} or {\"file\": PATH}".into())
}

/// This program has no keyring.
///
/// # Errors
/// Always.
#[cfg(not(all(feature = "keyring", any(target_os = "linux", target_os = "macos", target_os = "windows"))))]
pub fn store(_service: &str, _account: &str, _secret: &str) -> Result<(), String> {
    Err("this program was built without support for a keyring; use an environment variable or a file".into())
}

/// How to put the secret there.
#[cfg(all(feature = "keyring", target_os = "linux"))]
const STORE: &str = "`keyctl padd user keyring:ACCOUNT@SERVICE @s` puts it there until the session ends";
#[cfg(all(feature = "keyring", target_os = "macos"))]
const STORE: &str = "`security add-generic-password -s SERVICE -a ACCOUNT -w` puts it there";
#[cfg(all(feature = "keyring", target_os = "windows"))]
const STORE: &str = "add a generic credential ACCOUNT.SERVICE in the Credential Manager";

/// An error in our words: the crate's own may hold the secret's bytes.
#[cfg(all(feature = "keyring", any(target_os = "linux", target_os = "macos", target_os = "windows")))]
fn describe(service: &str, account: &str, error: keyring_core::Error) -> String {
    use keyring_core::Error as E;
    use zeroize::Zeroize as _;
    match error {
        E::NoEntry => format!("the keyring has no secret \"{service}/{account}\"; {STORE}"),
        E::PlatformFailure(reason) | E::NoStorageAccess(reason) => format!(
            "the operating system's keyring cannot be used: {reason}; containers often have none: use {{\"env\": NAME}} or \
             {{\"file\": PATH}} there"
        ),
        E::BadEncoding(mut bytes) | E::BadDataFormat(mut bytes, _) => {
            bytes.zeroize();
            format!("the keyring's \"{service}/{account}\" is no text in UTF-8")
        }
        E::TooLong(name, longest) => format!("the {name} is longer than the {longest} characters the keyring allows"),
        E::Invalid(name, reason) => format!("the {name} cannot be looked up in the keyring: {reason}"),
        E::Ambiguous(_) => format!("the keyring has several secrets \"{service}/{account}\"; delete all but one"),
        _ => "the operating system's keyring cannot be used".into(),
    }
}

#[cfg(all(test, feature = "keyring", any(target_os = "linux", target_os = "macos", target_os = "windows")))]
mod tests {
    use super::*;
    use keyring_core::Error as E;

    #[test]
    fn every_error_says_what_to_do_and_shows_no_secret() {
        let rows = [
            (E::NoEntry, "the keyring has no secret \"scim/ada\"; "),
            (
                E::NoStorageAccess("AccessDenied".into()),
                "the operating system's keyring cannot be used: AccessDenied; containers",
            ),
            (E::PlatformFailure("ENOSYS".into()), "the operating system's keyring cannot be used: ENOSYS; containers"),
            (E::BadEncoding(b"swordfish\xff".into()), "the keyring's \"scim/ada\" is no text in UTF-8"),
            (
                E::BadDataFormat(b"swordfish".into(), "swordfish".into()),
                "the keyring's \"scim/ada\" is no text in UTF-8",
            ),
            (E::Ambiguous(Vec::new()), "the keyring has several secrets \"scim/ada\"; delete all but one"),
        ];
        for (error, text) in rows {
            let said = describe("scim", "ada", error);
            assert!(said.starts_with(text) && !said.contains("swordfish"), "{said}");
        }
    }
}
