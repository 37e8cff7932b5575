"""Prices from CSV into SQLite by SQLAlchemy, then the last price of every match and series an hour before kick-off: DB CSV."""

import json
import sys
import time

import pandas as pd
from sqlalchemy import create_engine, text

HOUR = 3_600_000_000
engine = create_engine(f"sqlite:///{sys.argv[1]}")
series = ["book", "kind", "line_quarters", "selection", "phase"]

start = time.perf_counter()
prices = pd.read_csv(sys.argv[2])
matches = prices[["league", "season", "home", "away", "kickoff"]].drop_duplicates().reset_index(drop=True)
matches["match_id"] = matches.index + 1
prices = prices.merge(matches, on=["league", "season", "home", "away", "kickoff"])
kinds = prices[series].drop_duplicates().reset_index(drop=True)
kinds["series_id"] = kinds.index + 1
prices = prices.merge(kinds, on=series)
with engine.begin() as connection:
    matches.to_sql("match", connection, index=False)
    kinds.to_sql("series", connection, index=False)
    prices[["match_id", "series_id", "known_at", "price_micros"]].to_sql(
        "price", connection, index=False, chunksize=100_000)
    connection.execute(text("CREATE INDEX price_by_match ON price (match_id, series_id, known_at)"))
imported = time.perf_counter()

with engine.connect() as connection:
    known = pd.read_sql(text("SELECT match_id, series_id, known_at, price_micros FROM price"), connection)
    played = pd.read_sql(text("SELECT match_id, kickoff FROM match"), connection)
asked = known[["match_id", "series_id"]].drop_duplicates().merge(played, on="match_id")
asked["as_of"] = asked["kickoff"] - HOUR
joined = pd.merge_asof(
    asked.sort_values("as_of"), known.sort_values("known_at"),
    left_on="as_of", right_on="known_at", by=["match_id", "series_id"], allow_exact_matches=False,
).dropna(subset=["price_micros"])
end = time.perf_counter()
print(json.dumps({
    "import_secs": imported - start,
    "join_secs": end - imported,
    "quotes": len(prices),
    "joined": len(joined),
    "sum_micros": int(joined["price_micros"].sum()),
}))
