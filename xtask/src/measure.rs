pub fn command(_: bool, _: u16) -> anyhow::Result<()> {
    Ok(())
}
