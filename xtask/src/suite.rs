pub fn demo(_: &[String]) -> anyhow::Result<()> {
    Ok(())
}
pub fn list() -> anyhow::Result<()> {
    Ok(())
}
pub fn test(_: &[String]) -> anyhow::Result<()> {
    Ok(())
}
