//! What `cjpeg` and `jpegtran` can write, switch by switch.

use std::fmt::Write as _;

use crate::case::Case;
use crate::{pictures, turbo};
use turbo::Decoded;

const SIZES: [(usize, usize); 7] = [(96, 64), (1, 1), (7, 9), (8, 8), (17, 1), (1, 33), (67, 45)];
/// Luma's, then chroma's where it is not one block.
const SAMPLINGS: [&str; 15] = [
    "1x1",
    "2x1",
    "1x2",
    "2x2",
    "4x1",
    "1x4",
    "4x2",
    "2x4",
    "3x1",
    "1x3",
    "3x2",
    "2x3",
    "2x2,1x2,1x2",
    "2x2,2x1,2x1",
    "1x1,2x2,2x2",
];
/// Each by itself and with the four usual samplings.
const WAYS: [(&str, &[&str]); 12] = [
    ("optimised", &["-optimize"]),
    ("restart in blocks", &["-restart", "1B"]),
    ("restart in rows", &["-restart", "1"]),
    ("restart and optimised", &["-restart", "5B", "-optimize"]),
    ("progressive", &["-progressive"]),
    (
        "progressive with restarts",
        &["-progressive", "-restart", "2B"],
    ),
    ("arithmetic", &["-arithmetic"]),
    ("quality 1", &["-quality", "1"]),
    ("quality 1, 8 bit", &["-quality", "1", "-baseline"]),
    ("quality 100", &["-quality", "100"]),
    ("other chroma", &["-quality", "90,20", "-qslots", "0,1,1"]),
    ("one table", &["-quality", "80", "-qslots", "0,0,0"]),
];
/// Coefficients moved about: blocks that no encoder would write.
const TRANSFORMS: [(&str, &[&str]); 10] = [
    ("flipped", &["-flip", "horizontal"]),
    ("on its head", &["-flip", "vertical"]),
    ("turned by 90", &["-rotate", "90"]),
    ("turned by 180", &["-rotate", "180"]),
    ("transposed", &["-transpose"]),
    ("trimmed", &["-rotate", "270", "-trim"]),
    ("cropped", &["-crop", "40x24+16+16"]),
    ("wiped", &["-wipe", "32x16+16+16"]),
    ("grey", &["-grayscale"]),
    ("with restarts", &["-restart", "2B"]),
];
/// Orders of scans of a baseline picture.
const SCANS: [(&str, &str); 4] = [
    ("a scan for each component", "0;\n1;\n2;\n"),
    ("a scan for luma, one for chroma", "0;\n1,2;\n"),
    ("a scan for chroma first", "1,2;\n0;\n"),
    ("scans from the last", "2;\n1;\n0;\n"),
];

/// A picture of such a size.
pub(crate) fn picture(width: usize, height: usize) -> Decoded {
    let planes = pictures::natural(width, height, 1.0, 7).planes;
    let [r, g, b] = planes.each_ref().map(|plane| plane.iter());
    let pixels = r.zip(g).zip(b);
    let rgb = pixels.flat_map(|((r, g), b)| [*r, *g, *b]).collect();
    Decoded { width, height, rgb }
}

pub(crate) fn cases() -> anyhow::Result<Vec<Case>> {
    let mut cases = Vec::new();
    let mut add = |name: String, jpeg: Vec<u8>| cases.push(Case { name, jpeg });
    for (width, height) in SIZES {
        let picture = picture(width, height);
        for sampling in ["1x1", "2x1", "2x2"] {
            let name = format!("{width}x{height} {sampling}");
            add(name, turbo::encode(&["-sample", sampling], &picture)?);
        }
        let name = format!("{width}x{height} grey");
        add(name, turbo::encode(&["-grayscale"], &picture)?);
    }
    let picture = picture(67, 45);
    for sampling in SAMPLINGS {
        let switches = ["-sample", sampling];
        add(
            format!("sampled {sampling}"),
            turbo::encode(&switches, &picture)?,
        );
    }
    for (name, way) in WAYS {
        for sampling in ["1x1", "2x1", "2x2"] {
            let switches = [way, &["-sample", sampling]].concat();
            add(
                format!("{name}, {sampling}"),
                turbo::encode(&switches, &picture)?,
            );
        }
        let switches = [way, &["-grayscale"]].concat();
        add(format!("{name}, grey"), turbo::encode(&switches, &picture)?);
    }
    add("RGB".into(), turbo::encode(&["-rgb"], &picture)?);
    let grey = ["-grayscale", "-sample", "2x2"];
    add("grey, sampled 2x2".into(), turbo::encode(&grey, &picture)?);
    for sampling in ["1x1", "2x1", "2x2"] {
        let jpeg = turbo::encode(&["-sample", sampling], &self::picture(96, 64))?;
        for (name, switches) in TRANSFORMS {
            let moved = turbo::transform(&[&["-copy", "all"], switches].concat(), &jpeg)?;
            add(format!("{name}, {sampling}"), moved);
        }
        for (name, script) in SCANS {
            add(
                format!("{name}, {sampling}"),
                in_scans(script, sampling, &picture)?,
            );
        }
    }
    Ok(cases)
}

/// A baseline picture in several scans; the script has to be a file.
fn in_scans(script: &str, sampling: &str, picture: &Decoded) -> anyhow::Result<Vec<u8>> {
    let mut name = String::new();
    write!(name, "odd-jpegs-{}.scans", std::process::id())?;
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, script)?;
    let file = path.to_string_lossy().into_owned();
    let made = turbo::encode(&["-sample", sampling, "-scans", &file], picture);
    std::fs::remove_file(&path)?;
    made
}
