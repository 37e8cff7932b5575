"""Times the default fit of one of penaltyblog's models: MODEL CSV REPEATS."""

import json
import sys
import time

import pandas as pd
import penaltyblog as pb

rows = pd.read_csv(sys.argv[2])
columns = [rows[name].to_numpy() for name in ("hg", "ag", "home", "away")]
seconds = []
for _ in range(int(sys.argv[3])):
    start = time.perf_counter()
    model = getattr(pb.models, sys.argv[1])(*columns)
    model.fit()
    seconds.append(time.perf_counter() - start)
print(json.dumps({
    "seconds": seconds,
    "matches": len(rows),
    "log_likelihood": float(model.loglikelihood),
    "version": pb.__version__,
}))
