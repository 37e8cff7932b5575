"""Forecasts of one season of the English top league by penaltyblog's Dixon-Coles, refitted every Monday: CSV START_YEAR XI."""

import json
import sys

import pandas as pd
import penaltyblog as pb

start_year, xi = int(sys.argv[2]), float(sys.argv[3])
rows = pd.read_csv(sys.argv[1])
rows = rows[rows.competition == "eng.1"].copy()
rows["date"] = pd.to_datetime(rows.kickoff_local).dt.normalize()
rows["monday"] = rows.date - pd.to_timedelta(rows.date.dt.day_of_week, unit="D")
first, last = pd.Timestamp(start_year, 7, 1), pd.Timestamp(start_year + 1, 7, 1)
season = rows[(rows.date >= first) & (rows.date < last)]

forecasts, training_matches = [], {}
for monday, week in season.groupby("monday"):
    known = rows[rows.date < monday]
    weights = pb.models.dixon_coles_weights(known.date, xi, monday)
    model = pb.models.DixonColesGoalModel(
        known.home_goals.to_numpy(), known.away_goals.to_numpy(), known.home.to_numpy(), known.away.to_numpy(), weights
    )
    model.fit()
    training_matches[str(monday.date())] = len(known)
    teams = set(known.home) | set(known.away)
    # It has no forecast for a team it has not seen.
    for match in week[week.home.isin(teams) & week.away.isin(teams)].itertuples():
        margin = match.home_goals - match.away_goals
        forecasts.append({
            "date": str(match.date.date()),
            "home": match.home,
            "away": match.away,
            "probabilities": [float(p) for p in model.predict(match.home, match.away).home_draw_away],
            "outcome": 0 if margin > 0 else 1 if margin == 0 else 2,
        })
print(json.dumps({"training_matches": training_matches, "forecasts": forecasts}))
