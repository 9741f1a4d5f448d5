//! Types of WIT as text, and the named types they are made of. Handles what the contract allows (tests/contract.rs) and
//! refuses the rest.

use anyhow::{Context, Result, bail};
use wit_parser::{Resolve, Type, TypeDef, TypeDefKind, TypeId, TypeOwner};

/// A type as WIT writes it.
pub fn text(resolve: &Resolve, ty: Type) -> Result<String> {
    let id = match ty {
        Type::Bool => return Ok("bool".into()),
        Type::U8 => return Ok("u8".into()),
        Type::U16 => return Ok("u16".into()),
        Type::U32 => return Ok("u32".into()),
        Type::U64 => return Ok("u64".into()),
        Type::S8 => return Ok("s8".into()),
        Type::S16 => return Ok("s16".into()),
        Type::S32 => return Ok("s32".into()),
        Type::S64 => return Ok("s64".into()),
        Type::F32 => return Ok("f32".into()),
        Type::F64 => return Ok("f64".into()),
        Type::Char => return Ok("char".into()),
        Type::String => return Ok("string".into()),
        Type::ErrorContext => bail!("the contract allows no error-context"),
        Type::Id(id) => id,
    };
    let def = resolve.types.get(id).context("no such type")?;
    match &def.name {
        Some(name) => Ok(name.clone()),
        None => kind_text(resolve, &def.kind),
    }
}

/// A type without a name, or what a `type` declaration stands for.
pub fn kind_text(resolve: &Resolve, kind: &TypeDefKind) -> Result<String> {
    let parts: Result<Vec<String>> = parts(kind)?.iter().map(|ty| text(resolve, *ty)).collect();
    let parts = parts?.join(", ");
    Ok(match kind {
        TypeDefKind::Type(_) => parts,
        TypeDefKind::Result(result) if result.ok.is_none() && result.err.is_none() => "result".into(),
        TypeDefKind::Result(result) if result.ok.is_none() => format!("result<_, {parts}>"),
        other => format!("{}<{parts}>", other.as_str()),
    })
}

/// Adds the named types a type is made of, as they were declared, each once.
pub fn named(resolve: &Resolve, ty: Type, found: &mut Vec<TypeId>) -> Result<()> {
    let Type::Id(id) = ty else { return Ok(()) };
    let def = resolve.types.get(id).context("no such type")?;
    if def.name.is_some() && !is_use(resolve, def) {
        if !found.contains(&id) {
            found.push(id);
        }
        return Ok(());
    }
    parts(&def.kind)?.into_iter().try_for_each(|part| named(resolve, part, found))
}

/// Whether a type is another interface's, brought in by `use`.
pub fn is_use(resolve: &Resolve, def: &TypeDef) -> bool {
    let TypeDefKind::Type(Type::Id(id)) = def.kind else {
        return false;
    };
    matches!(def.owner, TypeOwner::Interface(_)) && resolve.types.get(id).is_some_and(|used| used.owner != def.owner)
}

/// The types between a type's angle brackets, or behind its alias.
fn parts(kind: &TypeDefKind) -> Result<Vec<Type>> {
    Ok(match kind {
        TypeDefKind::Type(ty) | TypeDefKind::Option(ty) | TypeDefKind::List(ty) => vec![*ty],
        TypeDefKind::Tuple(tuple) => tuple.types.clone(),
        TypeDefKind::Result(result) => result.ok.iter().chain(&result.err).copied().collect(),
        other => bail!("the contract allows no {} here", other.as_str()),
    })
}
