"""Plays a season of 380 matches ten thousand times on one thread, compiled by numba: REPEATS.

The same season and the same method as ours: alias tables, one 64-bit number for each match, lines packed into one integer.
Ties in points, goal difference and goals are left to lots at once, where ours looks at the meetings of the tied first.
"""

import json
import math
import sys
import time

import numba
import numpy as np

N, N_TEAMS, SIDE, RHO = 10_000, 20, 16, -0.05
# Points, goal difference and goals of a line side by side; 2,048 keeps the difference positive.
POINTS, DIFFERENCE, START = 1 << 24, 1 << 12, 2048 << 12


def grid(home_mean, away_mean):
    def poisson(mean):
        return np.array([math.exp(-mean) * mean**k / math.factorial(k) for k in range(SIDE)])

    cells = np.outer(poisson(home_mean), poisson(away_mean))
    cells[0, 0] *= 1 - RHO * home_mean * away_mean
    cells[0, 1] *= 1 + RHO * home_mean
    cells[1, 0] *= 1 + RHO * away_mean
    cells[1, 1] *= 1 - RHO
    return (cells / cells.sum()).ravel()


def season():
    pairs = [(home, away) for home in range(N_TEAMS) for away in range(N_TEAMS) if home != away]
    cells = []
    for home, away in pairs:
        difference = 0.5 * 0.06 * (home - away)
        cells.append(grid(1.5 * math.exp(difference), 1.2 * math.exp(-difference)))
    return np.array(pairs), np.array(cells)


@numba.njit(inline="always")
def bits(state):
    """SplitMix64."""
    z = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@numba.njit
def alias(weights, thresholds, others):
    """Vose (1991)."""
    n = weights.size
    scaled = weights * (n / weights.sum())
    small, large = np.empty(n, np.int64), np.empty(n, np.int64)
    n_small = n_large = 0
    for cell in range(n):
        if scaled[cell] < 1.0:
            small[n_small] = cell
            n_small += 1
        else:
            large[n_large] = cell
            n_large += 1
    while n_small > 0 and n_large > 0:
        n_small -= 1
        low, high = small[n_small], large[n_large - 1]
        thresholds[low], others[low] = np.uint32(scaled[low] * 4294967295.0), high
        scaled[high] -= 1.0 - scaled[low]
        if scaled[high] < 1.0:
            n_large -= 1
            small[n_small] = high
            n_small += 1
    for k in range(n_small):
        thresholds[small[k]], others[small[k]] = np.uint32(4294967295), small[k]
    for k in range(n_large):
        thresholds[large[k]], others[large[k]] = np.uint32(4294967295), large[k]


@numba.njit
def play(pairs, cells, n, seed):
    n_matches, n_cells = cells.shape
    thresholds = np.empty((n_matches, n_cells), np.uint32)
    others = np.empty((n_matches, n_cells), np.uint32)
    for match in range(n_matches):
        alias(cells[match], thresholds[match], others[match])
    adds = np.empty((n_cells, 2), np.int64)
    for cell in range(n_cells):
        home, away = cell // SIDE, cell % SIDE
        points = (3, 0) if home > away else ((1, 1) if home == away else (0, 3))
        adds[cell, 0] = points[0] * POINTS + (home - away) * DIFFERENCE + home
        adds[cell, 1] = points[1] * POINTS + (away - home) * DIFFERENCE + away
    positions = np.zeros((N_TEAMS, N_TEAMS), np.uint32)
    lines, order = np.empty(N_TEAMS, np.int64), np.empty(N_TEAMS, np.int64)
    state = np.uint64(seed) << np.uint64(40)
    for _ in range(n):
        lines[:] = START
        for match in range(n_matches):
            state += np.uint64(0x9E3779B97F4A7C15)
            drawn = bits(state)
            own = ((drawn >> np.uint64(32)) * np.uint64(n_cells)) >> np.uint64(32)
            keep = np.uint32(drawn) < thresholds[match, own]
            cell = own if keep else np.uint64(others[match, own])
            lines[pairs[match, 0]] += adds[cell, 0]
            lines[pairs[match, 1]] += adds[cell, 1]
        for team in range(N_TEAMS):
            state += np.uint64(0x9E3779B97F4A7C15)
            lot = np.int64(bits(state) >> np.uint64(48))
            line = (lines[team] << 16) | lot
            place = team
            while place > 0 and (lines[order[place - 1]]) < line:
                order[place] = order[place - 1]
                place -= 1
            order[place] = team
            lines[team] = line
        for place in range(N_TEAMS):
            positions[order[place], place] += 1
    return positions


pairs, cells = season()
play(pairs, cells, 1, 0)
seconds = []
for seed in range(int(sys.argv[1])):
    start = time.thread_time()
    positions = play(pairs, cells, N, seed)
    seconds.append(time.thread_time() - start)
print(json.dumps({
    "seconds": seconds,
    "matches": len(pairs),
    "champion_share": float(positions[N_TEAMS - 1, 0]) / N,
    "version": numba.__version__,
}))
