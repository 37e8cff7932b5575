//! Which known team an unknown name may mean, for a person to decide.

use domain::TeamId;

use super::folded;

/// Words that half the clubs carry and that tell nobody apart.
const FILLERS: [&str; 18] = [
    "fc", "afc", "cf", "sc", "ac", "as", "cd", "ud", "sv", "vfl", "vfb", "tsv", "fk", "sk", "club", "de",
    "the", "1.",
];

/// A team a name may mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Suggestion {
    /// The team.
    pub team: TeamId,
    /// Likeness of its most similar spelling, 0 to 1.
    pub score: f64,
}

/// Ranks the teams of a pool by likeness to `name`, best first; `spellings` are the pool's, with their teams. The mean of
/// two views: letters in order (Jaro-Winkler) see typing errors and short forms, words one by one see reordered and longer names.
pub fn suggest<'a>(name: &str, spellings: impl IntoIterator<Item = (&'a str, TeamId)>) -> Vec<Suggestion> {
    let wanted = plain(name);
    let mut best: Vec<Suggestion> = Vec::new();
    for (spelling, team) in spellings {
        let score = likeness(&wanted, &plain(spelling));
        match best.iter_mut().find(|s| s.team == team) {
            Some(known) => known.score = known.score.max(score),
            None => best.push(Suggestion { team, score }),
        }
    }
    best.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.team.cmp(&b.team)));
    best
}

fn likeness(a: &str, b: &str) -> f64 {
    f64::midpoint(strsim::jaro_winkler(a, b), shared_words(a, b))
}

/// How well each word of the shorter name is found in the other, on average: 1 for the same word, less for a cut or misspelt
/// one ("Man" for "Manchester").
fn shared_words(a: &str, b: &str) -> f64 {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.split(' ').collect(), b.split(' ').collect());
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let best = |word: &&str| long.iter().map(|other| strsim::jaro_winkler(word, other)).fold(0.0, f64::max);
    short.iter().map(best).sum::<f64>() / short.len() as f64
}

/// A name without fillers and accents; as it is when it consists of fillers only.
fn plain(name: &str) -> String {
    let folded: String = folded(name).chars().map(unaccented).collect();
    let words: Vec<&str> = folded.split(' ').filter(|w| !FILLERS.contains(w)).collect();
    if words.is_empty() { folded } else { words.join(" ") }
}

fn unaccented(c: char) -> char {
    match c {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' | 'ı' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ç' | 'ć' | 'č' => 'c',
        'ñ' => 'n',
        'ş' | 'š' => 's',
        'ğ' => 'g',
        '\'' | '.' | '-' => ' ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_club_comes_first() {
        let pool = [
            ("Manchester United", TeamId(1)),
            ("Manchester City", TeamId(2)),
            ("Newcastle United", TeamId(3)),
            ("Atlético Madrid", TeamId(4)),
            ("Real Madrid", TeamId(5)),
            ("Nottingham Forest", TeamId(6)),
        ];
        for (name, team) in [
            ("Man United", 1),
            ("Manchester Utd", 1),
            ("FC Manchester City", 2),
            ("Ath Madrid", 4),
            ("Atletico de Madrid", 4),
            ("Nott'm Forest", 6),
            ("Newcastel", 3),
        ] {
            let ranked = suggest(name, pool);
            assert_eq!(ranked[0].team, TeamId(team), "{name}: {ranked:?}");
            assert!(ranked.iter().all(|s| (0.0..=1.0).contains(&s.score)), "{name}");
            assert!(ranked.is_sorted_by(|a, b| a.score >= b.score), "{name}");
        }
    }

    #[test]
    fn a_name_of_nothing_is_like_nobody() {
        assert!(suggest("", [("Ajax", TeamId(1))])[0].score < 0.5);
        assert!(suggest("Ajax", []).is_empty());
    }
}
