//! A backup that is not what was written is refused with what is wrong with it, and nothing changes.

use std::fs;

use super::Ground;

/// Bytes of everything in the data folder but the backups.
fn contents(ground: &Ground) -> Vec<(String, Vec<u8>)> {
    let entries =
        fs::read_dir(ground.folder.data()).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = entries
        .filter(|path| path.is_file())
        .map(|path| (path.display().to_string(), fs::read(&path).expect("a file")))
        .collect();
    files.sort();
    files
}

#[test]
fn damage_is_named_and_nothing_changes() {
    for on_server in [false, true] {
        let Some(ground) = Ground::with_matches(on_server) else { return };
        let file = ground.back_up();
        let whole = fs::read(&file).expect("a backup");
        let before = contents(&ground);
        let (tenth, length) = (whole.len() / 10, whole.len());
        let mut damaged: Vec<Vec<u8>> =
            vec![Vec::new(), whole[..length - 1].to_vec(), whole[..tenth * 7].to_vec()];
        for place in [0, tenth, tenth * 5, tenth * 9, length - 1] {
            let mut flipped = whole.clone();
            flipped[place] ^= 0x10;
            damaged.push(flipped);
        }
        damaged.push([whole.as_slice(), b"\n"].concat());
        for bytes in damaged {
            fs::write(&file, &bytes).expect("a damaged backup");
            let ran = ground.run(&["backup", "restore", &file, "--force"]);
            assert_eq!(ran.code, 3, "{}", ran.text());
            assert!(ran.text().contains(" is damaged: "), "{}", ran.text());
            assert!(ran.text().contains("nothing was changed"), "{}", ran.text());
            assert_eq!(ground.run(&["backup", "verify", "--all"]).code, 3);
        }
        assert!(contents(&ground) == before, "a refused backup changes no file");
        assert_eq!(ground.fixtures(), 100);
        ground.assert_sound();
    }
}
