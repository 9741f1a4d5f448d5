//! What a value of the contract looks like, in memory and as JSON. Knows no values.

/// A type.
#[derive(Debug)]
pub enum Type {
    /// True or false.
    Flag,
    /// A number of 16 bits.
    Number16,
    /// A number of 32 bits.
    Number32,
    /// A number of 64 bits.
    Number64,
    /// As [`Type::Number64`], where zero means that there is none.
    Limit,
    /// A text.
    Text,
    /// A text that is JSON, a value of any type.
    Json,
    /// A text that is JSON, an object.
    Object,
    /// A list of names and texts; in JSON an object.
    Pairs,
    /// What may be left out.
    Option(&'static Type),
    /// A list.
    List(&'static Type),
    /// A record.
    Record(&'static Record),
    /// One of a few names.
    Enum(&'static [&'static str]),
    /// One of a few names, or any other text, which is the last case.
    Open(&'static [&'static str]),
    /// One of a few cases.
    Variant(&'static Variant),
    /// The attributes of a schema, each followed by its sub-attributes, which stand within it in JSON.
    Attributes(&'static Record),
}

/// A record, or the parameters of a function.
#[derive(Debug)]
pub struct Record {
    /// Its size in memory, in bytes.
    pub size: usize,
    /// Its alignment.
    pub align: usize,
    /// Its fields.
    pub fields: &'static [Field],
}

/// A field of a record.
#[derive(Debug)]
pub struct Field {
    /// The member's name in JSON.
    pub name: &'static str,
    /// Where it begins in memory.
    pub offset: usize,
    /// Its type.
    pub ty: &'static Type,
    /// How it stands in the record's JSON.
    pub way: Way,
}

/// How a field stands in its record's JSON.
#[derive(Debug, PartialEq, Eq)]
pub enum Way {
    /// As a member of its name.
    Member,
    /// Its own members stand there.
    Spread,
    /// As [`Way::Spread`], with those members that the function takes.
    Options(&'static [&'static str]),
    /// Each extension as a member under its URN.
    Extensions,
    /// All other members.
    Rest,
    /// Not at all.
    Apart,
}

/// A variant.
#[derive(Debug)]
pub struct Variant {
    /// Its size in memory, in bytes.
    pub size: usize,
    /// Its alignment.
    pub align: usize,
    /// Where what a case holds begins in memory.
    pub payload: usize,
    /// Its cases.
    pub cases: &'static [Case],
}

/// A case of a variant. Its JSON has the type, where it has one, and what it holds: under a name, or, without one, as it is.
#[derive(Debug)]
pub struct Case {
    /// What `type` says.
    pub tag: Option<&'static str>,
    /// The name under which stands what it holds.
    pub member: Option<&'static str>,
    /// What it holds.
    pub ty: Option<&'static Type>,
}

/// A function of the contract.
#[derive(Debug)]
pub struct Function {
    /// Its name as an operation.
    pub name: &'static str,
    /// Its parameters, the connection first.
    pub parameters: Record,
    /// What it gives; nothing where there is none.
    pub result: Option<&'static Type>,
}

/// A multiple of `align` that is not less than `offset`.
const fn aligned(offset: usize, align: usize) -> usize {
    offset.next_multiple_of(align)
}

impl Type {
    /// The alignment of a value in memory (the component model's canonical ABI).
    pub const fn align(&self) -> usize {
        match self {
            Type::Flag | Type::Enum(_) => 1,
            Type::Number16 => 2,
            Type::Number32
            | Type::Text
            | Type::Json
            | Type::Object
            | Type::Pairs
            | Type::List(_)
            | Type::Attributes(_)
            | Type::Open(_) => 4,
            Type::Number64 | Type::Limit => 8,
            Type::Option(inner) => inner.align(),
            Type::Record(record) => record.align,
            Type::Variant(variant) => variant.align,
        }
    }

    /// The size of a value in memory.
    pub const fn size(&self) -> usize {
        match self {
            Type::Flag | Type::Enum(_) => 1,
            Type::Number16 => 2,
            Type::Number32 => 4,
            // Address and length.
            Type::Text | Type::Json | Type::Object | Type::Pairs | Type::List(_) | Type::Attributes(_) => 8,
            Type::Number64 | Type::Limit => 8,
            // The case, and the text of the last one.
            Type::Open(_) => 12,
            // Whether there is one, and the one behind it.
            Type::Option(inner) => aligned(inner.align() + inner.size(), inner.align()),
            Type::Record(record) => record.size,
            Type::Variant(variant) => variant.size,
        }
    }
}

impl Record {
    /// Whether it keeps what it has no field for.
    pub fn is_open(&self) -> bool {
        self.fields.last().is_some_and(|field| field.way == Way::Rest)
    }
}
