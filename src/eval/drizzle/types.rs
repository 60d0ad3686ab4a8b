//! The column functions of every dialect, and how each spells its SQL type.
//!
//! As `getSQLType()` of drizzle-orm 0.45.4 and 1.0.0-rc.5; `tests/truth` holds them together.

use smol_str::{SmolStr, format_smolstr};

use crate::eval::value::{Value, number_text};
use crate::graph::{Dialect, DrizzleLine, Fact};

/// How a column function spells its SQL type from its options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spelling {
    /// Always the same.
    Plain(&'static str),
    /// `varchar(255)`, from `length`.
    Length(&'static str),
    /// `char(1)`: a length that is there without being asked for (SQL Server).
    LengthOr1(&'static str),
    /// `numeric(10, 2)`, from `precision` and `scale`, with that between.
    Precision(&'static str, &'static str),
    /// As `Precision`, with ` unsigned`.
    UnsignedPrecision(&'static str),
    /// `int unsigned`.
    Unsigned(&'static str),
    /// `datetime(3)`, from `fsp` or `precision`.
    Fraction(&'static str),
    /// `time(3) with time zone`.
    TimeZone(&'static str),
    /// `timestamp (3) with time zone`: a blank unless the mode is `string`.
    Timestamp,
    /// `timestamptz(3)` of CockroachDB.
    TimeZoneSuffix(&'static str),
    /// `interval day to second(3)`.
    Interval,
    /// `vector(3)`, from `dimensions`.
    Dimensions(&'static str),
    /// `vector(3, F32)`.
    SingleStoreVector,
    /// `geometry(point,4326)`.
    Geometry,
    /// `text(100)` of SQLite, unless the mode is `json`.
    SqliteText,
    /// `enum('a','b')`.
    Enum,
    /// `bit(3)` or `bit`.
    Bits(&'static str),
}

use Spelling::*;

/// The column functions of a dialect by name, with their spelling.
fn spelling(dialect: Dialect, line: DrizzleLine, function: &str) -> Option<Spelling> {
    let v1 = line == DrizzleLine::V1;
    Some(match dialect {
        Dialect::Postgres => match function {
            "bigint" => Plain("bigint"),
            "bigserial" => Plain("bigserial"),
            "boolean" => Plain("boolean"),
            "bytea" => Plain("bytea"),
            "char" => Length("char"),
            "cidr" => Plain("cidr"),
            "date" => Plain("date"),
            "doublePrecision" => Plain("double precision"),
            "inet" => Plain("inet"),
            "integer" => Plain("integer"),
            "interval" => Interval,
            "json" => Plain("json"),
            "jsonb" => Plain("jsonb"),
            "line" => Plain("line"),
            "macaddr" => Plain("macaddr"),
            "macaddr8" => Plain("macaddr8"),
            "numeric" | "decimal" => Precision("numeric", ", "),
            "point" => Plain("point"),
            "real" => Plain("real"),
            "serial" => Plain("serial"),
            "smallint" => Plain("smallint"),
            "smallserial" => Plain("smallserial"),
            "text" => Plain("text"),
            "time" => TimeZone("time"),
            "timestamp" => Timestamp,
            "uuid" => Plain("uuid"),
            "varchar" => Length("varchar"),
            "bit" => Dimensions("bit"),
            "halfvec" => Dimensions("halfvec"),
            "sparsevec" => Dimensions("sparsevec"),
            "vector" => Dimensions("vector"),
            "geometry" if v1 => Geometry,
            "geometry" => Plain("geometry(point)"),
            _ => return None,
        },
        Dialect::MySql | Dialect::SingleStore => match function {
            "bigint" => Unsigned("bigint"),
            "binary" => Length("binary"),
            "boolean" => Plain("boolean"),
            "char" => Length("char"),
            "date" => Plain("date"),
            "datetime" | "time" | "timestamp" if dialect == Dialect::SingleStore => Plain(match function {
                "datetime" => "datetime",
                "time" => "time",
                _ => "timestamp",
            }),
            "datetime" => Fraction("datetime"),
            "time" => Fraction("time"),
            "timestamp" => Fraction("timestamp"),
            "decimal" => UnsignedPrecision("decimal"),
            "double" => UnsignedPrecision("double"),
            "float" => UnsignedPrecision("float"),
            "int" => Unsigned("int"),
            "json" => Plain("json"),
            "mediumint" => Unsigned("mediumint"),
            "real" => Precision("real", ", "),
            "serial" => Plain("serial"),
            "smallint" => Unsigned("smallint"),
            "text" => Plain("text"),
            "tinytext" => Plain("tinytext"),
            "mediumtext" => Plain("mediumtext"),
            "longtext" => Plain("longtext"),
            "blob" => Plain("blob"),
            "tinyblob" => Plain("tinyblob"),
            "mediumblob" => Plain("mediumblob"),
            "longblob" => Plain("longblob"),
            "tinyint" => Unsigned("tinyint"),
            "varbinary" => Length("varbinary"),
            "varchar" => Length("varchar"),
            "year" => Plain("year"),
            "mysqlEnum" | "singlestoreEnum" => Enum,
            "vector" => SingleStoreVector,
            _ => return None,
        },
        Dialect::Sqlite => match function {
            "blob" => Plain("blob"),
            "integer" | "int" => Plain("integer"),
            "numeric" => Plain("numeric"),
            "real" => Plain("real"),
            "text" => SqliteText,
            _ => return None,
        },
        Dialect::Gel => match function {
            "bigint" => Plain("bigint"),
            "bigintT" => Plain("edgedbt.bigint_t"),
            "boolean" => Plain("boolean"),
            "bytes" => Plain("bytea"),
            "dateDuration" => Plain("dateDuration"),
            "decimal" => Plain("numeric"),
            "doublePrecision" => Plain("double precision"),
            "duration" => Plain("duration"),
            "integer" => Plain("integer"),
            "json" => Plain("json"),
            "localDate" => Plain("cal::local_date"),
            "localTime" => Plain("cal::local_time"),
            "real" => Plain("real"),
            "relDuration" => Plain("edgedbt.relative_duration_t"),
            "smallint" => Plain("smallint"),
            "text" => Plain("text"),
            "timestamp" => Plain("cal::local_datetime"),
            "timestamptz" => Plain("datetime"),
            "uuid" => Plain("uuid"),
            _ => return None,
        },
        Dialect::MsSql => match function {
            "bigint" => Plain("bigint"),
            "binary" => Length("binary"),
            "bit" => Plain("bit"),
            "char" => LengthOr1("char"),
            "nchar" => LengthOr1("nchar"),
            "date" => Plain("date"),
            "datetime" => Plain("datetime"),
            "datetime2" => Fraction("datetime2"),
            "datetimeoffset" => Fraction("datetimeoffset"),
            "decimal" => Precision("decimal", ","),
            "numeric" => Precision("numeric", ","),
            "float" => Fraction("float"),
            "int" => Plain("int"),
            "real" => Plain("real"),
            "smallint" => Plain("smallint"),
            "text" => Plain("text"),
            "ntext" => Plain("ntext"),
            "time" => Fraction("time"),
            "tinyint" => Plain("tinyint"),
            "varbinary" => Length("varbinary"),
            "varchar" => Length("varchar"),
            "nvarchar" => Length("nvarchar"),
            _ => return None,
        },
        Dialect::Cockroach => match function {
            "bigint" | "int8" => Plain("int8"),
            "int4" => Plain("int4"),
            "smallint" | "int2" => Plain("int2"),
            "bit" => Bits("bit"),
            "varbit" => Bits("varbit"),
            "bool" | "boolean" => Plain("bool"),
            "char" => Length("char"),
            "date" => Plain("date"),
            "decimal" | "numeric" => Precision("decimal", ","),
            "float" | "doublePrecision" => Plain("float"),
            "geometry" => Geometry,
            "inet" => Plain("inet"),
            "interval" => Interval,
            "jsonb" => Plain("jsonb"),
            "real" => Plain("real"),
            "string" | "text" => Length("string"),
            "time" => TimeZoneSuffix("time"),
            "timestamp" => TimeZoneSuffix("timestamp"),
            "uuid" => Plain("uuid"),
            "varchar" => Length("varchar"),
            "vector" => Dimensions("vector"),
            _ => return None,
        },
    })
}

/// Whether a name is a column function of that dialect.
pub(super) fn is_column_function(dialect: Dialect, line: DrizzleLine, function: &str) -> bool {
    spelling(dialect, line, function).is_some()
}

/// The SQL type that a column function gives with those options.
pub(super) fn sql_type(
    dialect: Dialect,
    line: DrizzleLine,
    function: &str,
    options: &Value,
    enum_values: Option<&Fact<Vec<SmolStr>>>,
) -> Fact<SmolStr> {
    let Some(spelling) = spelling(dialect, line, function) else { return Ok(SmolStr::default()) };
    let text = |key: &str| -> Fact<Option<SmolStr>> {
        match options.option(key) {
            Value::Unknown(why) => Err(why),
            Value::Number(number) => Ok(Some(number_text(number))),
            Value::String(text) => Ok(Some(text)),
            _ => Ok(None),
        }
    };
    let flag = |key: &str| options.option(key).truthy();
    let in_parentheses = |name: &str, value: Option<SmolStr>| match value {
        Some(value) => format_smolstr!("{name}({value})"),
        None => SmolStr::new(name),
    };
    let precision = |name: &str, between: &str| -> Fact<SmolStr> {
        Ok(match (text("precision")?, text("scale")?) {
            (Some(precision), Some(scale)) => format_smolstr!("{name}({precision}{between}{scale})"),
            (precision, _) => in_parentheses(name, precision),
        })
    };
    let fraction = || -> Fact<Option<SmolStr>> { Ok(text("fsp")?.or(text("precision")?)) };
    Ok(match spelling {
        Plain(name) => SmolStr::new_static(name),
        Length(name) => in_parentheses(name, text("length")?),
        LengthOr1(name) => in_parentheses(name, text("length")?.or(Some(SmolStr::new_static("1")))),
        Precision(name, between) => precision(name, between)?,
        UnsignedPrecision(name) => {
            let mut spelled = precision(name, ",")?;
            // What MySQL takes for granted is left out.
            let usual = matches!(spelled.as_str(), "decimal(10,0)" | "decimal(10)");
            if usual && dialect == Dialect::MySql {
                spelled = SmolStr::new_static("decimal");
            }
            if flag("unsigned")? { format_smolstr!("{spelled} unsigned") } else { spelled }
        }
        Unsigned(name) if flag("unsigned")? => format_smolstr!("{name} unsigned"),
        Unsigned(name) => SmolStr::new_static(name),
        Fraction(name) => in_parentheses(name, fraction()?),
        TimeZone(name) => {
            let zone = if flag("withTimezone")? { " with time zone" } else { "" };
            format_smolstr!("{}{zone}", in_parentheses(name, text("precision")?))
        }
        Timestamp => {
            let zone = if flag("withTimezone")? { " with time zone" } else { "" };
            let blank = if text("mode")?.as_deref() == Some("string") { "" } else { " " };
            match text("precision")? {
                Some(precision) => format_smolstr!("timestamp{blank}({precision}){zone}"),
                None => format_smolstr!("timestamp{zone}"),
            }
        }
        TimeZoneSuffix(name) => {
            let zone = if flag("withTimezone")? { "tz" } else { "" };
            in_parentheses(&format!("{name}{zone}"), text("precision")?)
        }
        Interval => {
            let fields = text("fields")?.map_or(String::new(), |fields| format!(" {fields}"));
            let precision = text("precision")?.filter(|precision| precision != "0");
            in_parentheses(&format!("interval{fields}"), precision)
        }
        Dimensions(name) => {
            let dimensions = text("dimensions")?;
            in_parentheses(name, dimensions.or(Some(SmolStr::new_static("undefined"))))
        }
        SingleStoreVector => {
            let dimensions = text("dimensions")?.unwrap_or(SmolStr::new_static("undefined"));
            let element = text("elementType")?.unwrap_or(SmolStr::new_static("F32"));
            format_smolstr!("vector({dimensions}, {element})")
        }
        Geometry => match text("srid")? {
            Some(srid) => format_smolstr!("geometry(point,{srid})"),
            None => SmolStr::new_static("geometry(point)"),
        },
        SqliteText => match (text("mode")?.as_deref(), text("length")?) {
            (Some("json"), _) => SmolStr::new_static("text"),
            (_, length) => in_parentheses("text", length.filter(|length| length != "0")),
        },
        Enum => match enum_values {
            Some(Ok(values)) => {
                let quoted: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
                format_smolstr!("enum({})", quoted.join(","))
            }
            Some(Err(why)) => return Err(why.clone()),
            None => SmolStr::new_static("enum()"),
        },
        Bits(name) => in_parentheses(name, text("length")?),
    })
}
