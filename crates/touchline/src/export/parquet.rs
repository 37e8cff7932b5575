//! Parquet with types that describe themselves: instants as TIMESTAMP(MICROS, UTC), dates as DATE, INT64, DOUBLE, STRING and
//! plain bytes; columns that are never null are required. Compressed by zstd.
//!
//! Rows are gathered by column until a row group is full, which bounds what is in memory.

use std::{mem, sync::Arc};

use anyhow::{Context as _, Result, bail};
use jiff::civil::Date;
use parquet::{
    basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical, ZstdLevel},
    data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type},
    file::{
        properties::WriterProperties,
        writer::{SerializedColumnWriter, SerializedFileWriter},
    },
    schema::types::{Type, TypePtr},
};
use store::{Column, Kind, Meaning, Values};

use super::{
    Format, Sheet, Sink,
    cell::{Cell, Numbers, Shown},
};

/// A row group has so many rows, or fewer when they are long.
const GROUP_ROWS: usize = 128 * 1024;
const GROUP_BYTES: usize = 64 << 20;

pub(super) struct Parquet;

impl Format for Parquet {
    fn code(&self) -> &'static str {
        "parquet"
    }

    fn begin(&self, columns: &[Column], numbers: Numbers, to: Sink) -> Result<Box<dyn Sheet>> {
        let columns = Shown::of(columns, numbers);
        let fields: Vec<TypePtr> =
            columns.iter().map(|column| Ok(Arc::new(field(column)?))).collect::<Result<_>>()?;
        let schema = Arc::new(Type::group_type_builder("touchline").with_fields(fields).build()?);
        let properties = WriterProperties::builder()
            .set_created_by(concat!("touchline ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .build();
        let writer = SerializedFileWriter::new(to, schema, Arc::new(properties))?;
        let gathered = columns.iter().map(Gathered::of).collect();
        Ok(Box::new(Groups { writer, columns, gathered, rows: 0, bytes: 0 }))
    }
}

fn field(column: &Shown) -> Result<Type> {
    let instant = LogicalType::timestamp(true, TimeUnit::MICROS);
    let (physical, logical) = match (column.kind, column.meaning) {
        (Kind::Integer, Meaning::Instant) => (Physical::INT64, Some(instant)),
        (Kind::Text, Meaning::Date) => (Physical::INT32, Some(LogicalType::Date)),
        (Kind::Integer, _) => (Physical::INT64, None),
        (Kind::Real, _) => (Physical::DOUBLE, None),
        (Kind::Text, _) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        (Kind::Bytes, _) => (Physical::BYTE_ARRAY, None),
    };
    let repetition = if column.nullable { Repetition::OPTIONAL } else { Repetition::REQUIRED };
    let field = Type::primitive_type_builder(&column.name, physical);
    Ok(field.with_logical_type(logical).with_repetition(repetition).build()?)
}

struct Groups {
    writer: SerializedFileWriter<Sink>,
    columns: Vec<Shown>,
    gathered: Vec<Gathered>,
    rows: usize,
    bytes: usize,
}

/// The values of one column that are there, and for each row whether it has one.
struct Gathered {
    values: Gatherable,
    /// 1 for a value, 0 for none; of columns that may be null.
    levels: Option<Vec<i16>>,
}

enum Gatherable {
    Integers(Vec<i64>),
    Days(Vec<i32>),
    Reals(Vec<f64>),
    Contents(Vec<ByteArray>),
}

impl Gathered {
    fn of(column: &Shown) -> Self {
        let values = match (column.kind, column.meaning) {
            (Kind::Integer, _) => Gatherable::Integers(Vec::new()),
            (Kind::Text, Meaning::Date) => Gatherable::Days(Vec::new()),
            (Kind::Real, _) => Gatherable::Reals(Vec::new()),
            (Kind::Text | Kind::Bytes, _) => Gatherable::Contents(Vec::new()),
        };
        Self { values, levels: column.nullable.then(Vec::new) }
    }

    /// Adds a cell and says how long it is.
    fn add(&mut self, cell: &Cell<'_>, column: &Shown) -> Result<usize> {
        if let Some(levels) = &mut self.levels {
            levels.push(i16::from(*cell != Cell::Missing));
        }
        match (&mut self.values, cell) {
            (Gatherable::Integers(all), Cell::Integer(n)) => all.push(*n),
            (Gatherable::Integers(all), Cell::At(at)) => all.push(at.as_microsecond()),
            (Gatherable::Days(all), Cell::On(date)) => all.push(days(*date)),
            (Gatherable::Reals(all), Cell::Real(x)) => all.push(*x),
            (Gatherable::Contents(all), Cell::Text(text)) => all.push(ByteArray::from(*text)),
            (Gatherable::Contents(all), Cell::Bytes(bytes)) => all.push(ByteArray::from(bytes.to_vec())),
            (_, Cell::Missing) if self.levels.is_some() => {}
            (_, other) => bail!("column {} holds {other:?}, which its type does not allow", column.name),
        }
        Ok(match cell {
            Cell::Text(text) => text.len(),
            Cell::Bytes(bytes) => bytes.len(),
            _ => mem::size_of::<i64>(),
        })
    }

    /// Writes what was gathered and begins anew.
    fn write(&mut self, mut to: SerializedColumnWriter<'_>) -> Result<()> {
        let levels = self.levels.as_mut().map(mem::take);
        match &mut self.values {
            Gatherable::Integers(all) => put::<Int64Type>(&mut to, all, levels.as_deref()),
            Gatherable::Days(all) => put::<Int32Type>(&mut to, all, levels.as_deref()),
            Gatherable::Reals(all) => put::<DoubleType>(&mut to, all, levels.as_deref()),
            Gatherable::Contents(all) => put::<ByteArrayType>(&mut to, all, levels.as_deref()),
        }?;
        Ok(to.close()?)
    }
}

fn put<T: DataType>(
    to: &mut SerializedColumnWriter<'_>,
    values: &mut Vec<T::T>,
    levels: Option<&[i16]>,
) -> Result<()> {
    to.typed::<T>().write_batch(values, levels, None)?;
    values.clear();
    Ok(())
}

/// Days since 1970.
fn days(date: Date) -> i32 {
    let epoch = Date::constant(1970, 1, 1);
    date.duration_since(epoch).as_hours().div_euclid(24) as i32
}

impl Sheet for Groups {
    fn write(&mut self, rows: &[Values]) -> Result<()> {
        for row in rows {
            for ((column, gathered), value) in self.columns.iter().zip(&mut self.gathered).zip(row) {
                self.bytes += gathered.add(&column.cell(value)?, column)?;
            }
            self.rows += 1;
            if self.rows == GROUP_ROWS || self.bytes >= GROUP_BYTES {
                self.end_group()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        if self.rows > 0 {
            self.end_group()?;
        }
        self.writer.close()?;
        Ok(())
    }
}

impl Groups {
    fn end_group(&mut self) -> Result<()> {
        let mut group = self.writer.next_row_group()?;
        for (column, gathered) in self.columns.iter().zip(&mut self.gathered) {
            let to = group.next_column()?.with_context(|| format!("no place for column {}", column.name))?;
            gathered.write(to).with_context(|| format!("column {}", column.name))?;
        }
        group.close()?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }
}
