use std::collections::BTreeMap;

use domain::{Competition, competition::COMPETITIONS};

use super::*;
use crate::source::by_format;

fn shipped() -> Roster {
    let entries = roster();
    let named = (1..).zip(&entries).flat_map(|(id, entry)| {
        let spellings = std::iter::once(entry.name).chain(entry.aliases.iter().copied());
        spellings.map(move |spelling| (entry.pool, spelling, TeamId(id)))
    });
    Roster::new(named).unwrap()
}

#[test]
fn within_a_pool_a_spelling_means_one_team() {
    shipped();
    let entries = roster();
    assert_eq!(entries.len(), 750 + 32 + 30);
    let mut names: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for entry in &entries {
        assert!(!entry.name.is_empty() && entry.name.trim() == entry.name, "{entry:?}");
        *names.entry((entry.pool, entry.name)).or_default() += 1;
    }
    assert!(names.values().all(|count| *count == 1));
    let pools: Vec<&str> = COMPETITIONS.iter().map(|c: &Competition| c.pool.as_ref()).collect();
    assert!(entries.iter().all(|entry| pools.contains(&entry.pool)));
    assert!(pools.iter().all(|pool| entries.iter().any(|entry| entry.pool == *pool)));
}

#[test]
fn sources_that_spell_differently_mean_one_team() {
    let roster = shipped();
    for (pool, spellings) in [
        ("eng", &["Man United", "Manchester United", "  manchester   UNITED "][..]),
        ("eng", &["Nott'm Forest", "Nottingham Forest", "Nottingham"]),
        ("eng", &["Wolves", "Wolverhampton Wanderers"]),
        ("eng", &["Kings Lynn", "King’s Lynn", "King's Lynn"]),
        ("esp", &["Ath Bilbao", "Athletic Club", "Athletic Bilbao"]),
        ("esp", &["Ath Madrid", "Atlético Madrid", "Atl. Madrid"]),
        ("ger", &["M'gladbach", "M'Gladbach", "B. Monchengladbach", "Mönchengladbach"]),
        ("ita", &["Inter", "Internazionale"]),
        ("fra", &["Paris SG", "PSG", "Paris Saint-Germain"]),
        ("nfl", &["STL", "LA", "LAR", "Los Angeles Rams"]),
        ("nfl", &["SD", "LAC"]),
        ("nfl", &["OAK", "LV", "Las Vegas Raiders"]),
        ("nfl", &["JAC", "JAX"]),
        ("nba", &["gs", "GSW", "Golden State Warriors"]),
        ("nba", &["utah", "UTA"]),
    ] {
        let first = roster.team(pool, spellings[0]);
        assert!(first.is_some(), "{spellings:?}");
        assert!(spellings.iter().all(|name| roster.team(pool, name) == first), "{spellings:?}");
    }
    let different = [
        (("eng", "Wimbledon"), ("eng", "AFC Wimbledon")),
        (("ger", "Leipzig"), ("ger", "RB Leipzig")),
        (("ger", "F Koln"), ("ger", "FC Koln")),
        (("gre", "Heracles"), ("ned", "Heracles")),
        (("esp", "Barcelona"), ("esp", "Barcelona B")),
        (("nfl", "LAC"), ("nba", "LAC")),
        (("sco", "Airdrie"), ("sco", "Airdrie Utd")),
    ];
    for ((pool, name), (other_pool, other)) in different {
        let (one, two) = (roster.team(pool, name), roster.team(other_pool, other));
        assert!(one.is_some() && two.is_some() && one != two, "{name}, {other}");
    }
}

#[test]
fn an_unknown_name_holds_back_only_its_own_rows() {
    let payload = b"Div,Date,HomeTeam,AwayTeam,FTHG,FTAG,FTR\nE0,14/08/93,Arsenal,Coventry,0,3,A\n\
        E0,14/08/93,Arsenall,Leeds,0,0,D\nE0,15/08/93,Chelsea,Arsenall,1,0,H\nE0,16/08/93,Nobody,Noone,1,0,H\n";
    let parsed = by_format("football_data_co_uk").unwrap().parse(payload, "E0.csv");
    let mut roster = shipped();
    let resolved = resolve(parsed.records.clone(), &roster);
    assert_eq!((resolved.records.len(), resolved.blocked.len()), (1, 3));
    let unknown: Vec<(&str, u32)> = resolved.unknown.iter().map(|(u, n)| (u.name.as_str(), *n)).collect();
    assert_eq!(unknown, [("Arsenall", 2), ("Nobody", 1), ("Noone", 1)]);
    let rejected: Vec<_> =
        resolved.rejections().into_iter().map(|r| (r.row, r.field, r.value, r.reason)).collect();
    assert_eq!(rejected[0], (3, Some("home".into()), "Arsenall".into(), Reason::UnknownTeam));
    assert_eq!(rejected[1], (4, Some("away".into()), "Arsenall".into(), Reason::UnknownTeam));
    // Likeness suggests, a person decides, and only then the rows come through.
    let arsenal = roster.team("eng", "Arsenal").unwrap();
    let spellings: Vec<(&str, TeamId)> = roster.spellings("eng").collect();
    assert_eq!(suggest("Arsenall", spellings)[0].team, arsenal);
    roster.add("eng", "Arsenall", arsenal).unwrap();
    assert_eq!(resolve(parsed.records, &roster).records.len(), 3);
}

#[test]
fn a_spelling_cannot_mean_two_teams() {
    let roster = Roster::new([("eng", "Arsenal", TeamId(1)), ("eng", " ARSENAL", TeamId(1))]).unwrap();
    assert_eq!(roster.team("eng", "arsenal"), Some(TeamId(1)));
    let error = Roster::new([("eng", "Arsenal", TeamId(1)), ("eng", "arsenal", TeamId(2))]).unwrap_err();
    assert!(error.to_string().contains("pool eng"), "{error}");
    assert!(Roster::new([("eng", "Rangers", TeamId(1)), ("sco", "Rangers", TeamId(2))]).is_ok());
}

#[test]
fn pools_of_competitions_nobody_listed() {
    assert_eq!(pool_of(CompetitionId::literal("eng.4")), "eng");
    assert_eq!(pool_of(CompetitionId::literal("nor.1")), "nor");
}
