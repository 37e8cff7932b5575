//! What each format makes of the same rows.

use std::sync::{Arc, Mutex};

use ::parquet::{
    basic::{Compression, Repetition},
    file::{
        metadata::RowGroupMetaData,
        reader::{FileReader as _, SerializedFileReader},
    },
    record::Field,
};
use bytes::Bytes;
use store::{Kind, Value};

use super::*;

/// Bytes written by a format.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn column(name: &str, kind: Kind, nullable: bool) -> Column {
    Column { name: name.into(), kind, nullable }
}

fn columns() -> Vec<Column> {
    vec![
        column("id", Kind::Integer, false),
        column("known_at", Kind::Integer, false),
        column("local_date", Kind::Text, true),
        column("home", Kind::Real, true),
        column("name", Kind::Text, true),
        column("cells", Kind::Bytes, true),
        column("season", Kind::Integer, true),
    ]
}

fn rows() -> Vec<Values> {
    vec![
        vec![
            Value::from(i64::MAX),
            Value::from(1_691_780_400_000_001_i64),
            Value::from("2023-08-11"),
            Value::from(0.1 + 0.2),
            Value::from("Brighton & Hove, \"Albion\"\t\n=1+1 Köln"),
            Value::from(vec![0_u8, 255, 7]),
            Value::from(2023_i64),
        ],
        vec![
            Value::from(-1_i64),
            Value::from(-1_i64),
            Value::Text(None),
            Value::Real(None),
            Value::Text(None),
            Value::Bytes(None),
            Value::Integer(None),
        ],
    ]
}

fn written(code: &str, columns: &[Column], numbers: Numbers, batches: &[Vec<Values>]) -> Result<Vec<u8>> {
    let bytes = Shared::default();
    let mut sheet = by_code(code).unwrap().begin(columns, numbers, Box::new(bytes.clone()))?;
    for batch in batches {
        sheet.write(batch)?;
    }
    sheet.finish()?;
    let bytes = bytes.0.lock().unwrap().clone();
    Ok(bytes)
}

fn text(code: &str, numbers: Numbers) -> String {
    String::from_utf8(written(code, &columns(), numbers, &[rows()]).unwrap()).unwrap()
}

#[test]
fn csv_as_spreadsheets_read_it() {
    assert_eq!(
        text("csv", Numbers::Meant),
        "id,known_at,local_date,home,name,cells,season\n\
         9223372036854775807,2023-08-11T19:00:00.000001Z,2023-08-11,0.30000000000000004,\
         \"Brighton & Hove, \"\"Albion\"\"\t\n=1+1 Köln\",AP8H,2023\n\
         -1,1969-12-31T23:59:59.999999Z,,,,,\n"
    );
    let raw = text("csv", Numbers::Raw);
    assert!(raw.contains("9223372036854775807,1691780400000001,2023-08-11,"), "{raw}");
}

#[test]
fn tsv_says_the_same() {
    let read = |code: &str, separator: u8| -> Vec<csv::StringRecord> {
        let text = text(code, Numbers::Meant);
        let mut reader = csv::ReaderBuilder::new().delimiter(separator).from_reader(text.as_bytes());
        reader.records().map(Result::unwrap).collect()
    };
    assert_eq!(read("tsv", b'\t'), read("csv", b','));
    assert!(text("tsv", Numbers::Meant).starts_with("id\tknown_at\t"));
}

#[test]
fn json_lines_have_every_column() {
    let text = text("jsonl", Numbers::Meant);
    let rows: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows[0]["id"], i64::MAX);
    assert_eq!(rows[0]["known_at"], "2023-08-11T19:00:00.000001Z");
    assert_eq!(rows[0]["home"], 0.1 + 0.2);
    assert_eq!(rows[0]["cells"], "AP8H");
    assert_eq!(rows[0]["name"], "Brighton & Hove, \"Albion\"\t\n=1+1 Köln");
    assert!(rows[1]["name"].is_null() && rows[1].as_object().unwrap().len() == 7);
    assert!(text.starts_with("{\"id\":"), "columns stay in their order");
}

#[test]
fn parquet_has_types_of_its_own() {
    let bytes = written("parquet", &columns(), Numbers::Meant, &[rows()]).unwrap();
    let reader = SerializedFileReader::new(Bytes::from(bytes)).unwrap();
    let schema = reader.metadata().file_metadata().schema_descr();
    let types: Vec<String> = schema
        .columns()
        .iter()
        .map(|column| {
            let info = column.self_type().get_basic_info();
            let required = if info.repetition() == Repetition::REQUIRED { " required" } else { "" };
            format!("{} {:?}{required}", column.physical_type(), info.logical_type_ref())
        })
        .collect();
    assert_eq!(
        types,
        [
            "INT64 None required",
            "INT64 Some(Timestamp(TimestampType { is_adjusted_to_u_t_c: true, unit: MICROS })) required",
            "INT32 Some(Date)",
            "DOUBLE None",
            "BYTE_ARRAY Some(String)",
            "BYTE_ARRAY None",
            "INT64 None",
        ]
    );
    let read: Vec<Vec<Field>> = reader
        .get_row_iter(None)
        .unwrap()
        .map(|row| row.unwrap().into_columns().into_iter().map(|(_, field)| field).collect())
        .collect();
    assert_eq!(read[0][0], Field::Long(i64::MAX));
    assert_eq!(read[0][1], Field::TimestampMicros(1_691_780_400_000_001));
    // 2023-08-11 is 19,580 days after 1970-01-01.
    assert_eq!(read[0][2], Field::Date(19_580));
    assert_eq!(read[0][3], Field::Double(0.1 + 0.2));
    assert_eq!(read[0][4], Field::Str("Brighton & Hove, \"Albion\"\t\n=1+1 Köln".into()));
    assert_eq!(read[0][5], Field::Bytes(vec![0_u8, 255, 7].into()));
    assert_eq!(read[1][0], Field::Long(-1));
    assert!(read[1][2..].iter().all(|field| *field == Field::Null), "{:?}", read[1]);
    let chunk = reader.metadata().row_group(0).column(0);
    assert!(matches!(chunk.compression(), Compression::ZSTD(_)));
}

/// Row groups end by rows or by bytes, and no row is lost between them.
#[test]
fn parquet_row_groups_are_bounded() {
    let narrow = vec![column("id", Kind::Integer, false), column("name", Kind::Text, true)];
    let row = |n: i64| {
        vec![Value::from(n), if n % 3 == 0 { Value::Text(None) } else { Value::from(n.to_string()) }]
    };
    let batches: Vec<Vec<Values>> =
        (0..70).map(|batch| (batch * 4096..(batch + 1) * 4096).map(row).collect()).collect();
    let bytes = written("parquet", &narrow, Numbers::Meant, &batches).unwrap();
    let reader = SerializedFileReader::new(Bytes::from(bytes)).unwrap();
    let groups: Vec<i64> = reader.metadata().row_groups().iter().map(RowGroupMetaData::num_rows).collect();
    assert_eq!(groups, [131_072, 131_072, 24_576]);
    for (n, row) in (0..).zip(reader.get_row_iter(None).unwrap()) {
        let row = row.unwrap().into_columns();
        let name = if n % 3 == 0 { Field::Null } else { Field::Str(n.to_string()) };
        assert_eq!((&row[0].1, &row[1].1), (&Field::Long(n), &name));
    }
    let long = vec![vec![Value::from(1_i64), Value::from("x".repeat(40 << 20))]; 3];
    let bytes = written("parquet", &narrow, Numbers::Meant, &[long]).unwrap();
    let reader = SerializedFileReader::new(Bytes::from(bytes)).unwrap();
    let groups: Vec<i64> = reader.metadata().row_groups().iter().map(RowGroupMetaData::num_rows).collect();
    assert_eq!(groups, [2, 1]);
}

#[test]
fn no_rows_make_a_file_with_columns_only() {
    let of = |code| written(code, &columns(), Numbers::Meant, &[]).unwrap();
    assert_eq!(of("csv"), b"id,known_at,local_date,home,name,cells,season\n");
    assert_eq!(of("jsonl"), b"");
    let reader = SerializedFileReader::new(Bytes::from(of("parquet"))).unwrap();
    let metadata = reader.metadata().file_metadata();
    assert_eq!((metadata.num_rows(), metadata.schema_descr().num_columns()), (0, 7));
}

#[test]
fn dates_before_1970_are_dates() {
    let dates = vec![column("date", Kind::Text, false)];
    let rows = vec![vec![Value::from("1969-12-31")], vec![Value::from("1888-09-08")]];
    let bytes = written("parquet", &dates, Numbers::Meant, &[rows]).unwrap();
    let reader = SerializedFileReader::new(Bytes::from(bytes)).unwrap();
    let read: Vec<Field> =
        reader.get_row_iter(None).unwrap().map(|row| row.unwrap().into_columns().remove(0).1).collect();
    assert_eq!(read, [Field::Date(-1), Field::Date(-29_699)]);
}

#[test]
fn a_value_that_is_not_what_its_name_says_is_named() {
    for (name, value) in [("date", Value::from("soon")), ("known_at", Value::from(i64::MAX))] {
        let kind = if name == "date" { Kind::Text } else { Kind::Integer };
        let one = [column(name, kind, false)];
        for format in FORMATS {
            let error =
                written(format.code(), &one, Numbers::Meant, &[vec![vec![value.clone()]]]).unwrap_err();
            assert!(error.to_string().contains(name) && error.to_string().contains("--raw"), "{error}");
            assert!(written(format.code(), &one, Numbers::Raw, &[vec![vec![value.clone()]]]).is_ok());
        }
    }
}

#[test]
fn a_missing_value_in_a_required_column_is_found() {
    let required = [column("id", Kind::Integer, false)];
    assert!(written("parquet", &required, Numbers::Meant, &[vec![vec![Value::Integer(None)]]]).is_err());
}

#[test]
fn destinations_are_read() {
    assert_eq!(Destination::parse("-"), Destination::Stdout);
    assert_eq!(Destination::parse("out/"), Destination::Folder("out/".into()));
    assert_eq!(Destination::parse("some_folder"), Destination::Folder("some_folder".into()));
    assert_eq!(Destination::parse("some/odds.csv"), Destination::File("some/odds.csv".into()));
    let folder = tempfile::tempdir().unwrap();
    let there = folder.path().join("a.folder");
    std::fs::create_dir(&there).unwrap();
    assert_eq!(Destination::parse(there.to_str().unwrap()), Destination::Folder(there));
}

#[test]
fn a_file_is_there_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let names = || -> Vec<String> {
        let entries = std::fs::read_dir(folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    };
    let place = Destination::Folder(folder.path().to_owned()).place("quote", "csv");
    std::fs::write(folder.path().join("quote.csv"), "as it was").unwrap();
    let (mut sink, unfinished) = place.open().unwrap();
    sink.write_all(b"half").unwrap();
    assert_eq!(std::fs::read(folder.path().join("quote.csv")).unwrap(), b"as it was");
    drop((sink, unfinished));
    assert_eq!(names(), ["quote.csv"]);
    let (mut sink, unfinished) = place.open().unwrap();
    sink.write_all(b"whole").unwrap();
    drop(sink);
    assert_eq!(unfinished.finish().unwrap(), Some(5));
    assert_eq!(std::fs::read(folder.path().join("quote.csv")).unwrap(), b"whole");
    assert_eq!(names(), ["quote.csv"]);
}
