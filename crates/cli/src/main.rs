//! The `scim-connector` command; everything is in the library's `cli` module.

fn main() -> std::process::ExitCode {
    scim_connector_cli::main()
}
