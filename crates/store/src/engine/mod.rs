//! The database engine behind the statements. The rest of the crate names only what is exported here.

mod sqlite;

pub(crate) use sqlite::{
    Arguments, Connection, Durability, Pool, Row, Transaction, begin_write, classify, close, database_bytes,
    insert_rows, integrity, open_readers, open_writer, prepare_write,
};
