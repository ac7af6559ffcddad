//! What holding still scenes saves and what it costs, on scenes with known truth: `cargo xtask bench still [CLIP…]`.
//!
//! Clips are anybody's own, of a camera that stands still; noise is added, since a codec has taken theirs. Beside us, on
//! the same frames: H.264, and skipping intervals whose bytes are equal.
#![expect(
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::many_single_char_names,
    reason = "a command-line tool that computes with pixels"
)]

mod camera;
mod cases;
#[path = "../../../dev/testkit/src/command_line.rs"]
#[expect(
    unreachable_pub,
    reason = "testkit's own file, included so that building takes no minutes"
)]
mod command_line;
mod delivery;
mod event;
mod ffmpeg;
mod flaw;
mod h264;
mod jpeg;
mod links;
mod measure;
mod passed_on;
mod scene;
mod texture;
mod trial;
mod truth;
mod unseen;
mod vmaf;

use std::path::{Path, PathBuf};
use std::process::{Child, ExitCode, Stdio};

use clap::Parser;

use scene::{Action, Scene};
use trial::{Row, Size};

/// What holding still scenes saves and costs.
#[derive(Parser)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
struct Arguments {
    /// Clips of fixed cameras, in whatever ffmpeg reads.
    #[arg(env = "STILL_CLIPS", value_delimiter = ':')]
    clips: Vec<PathBuf>,
    /// Noise that is added to clips, in grey levels.
    #[arg(long, default_value_t = 1.5)]
    noise: f32,
    /// Frames of each scene.
    #[arg(long, default_value_t = 160)]
    frames: usize,
    /// Pixels.
    #[arg(long, default_value_t = 1280)]
    width: usize,
    /// Pixels.
    #[arg(long, default_value_t = 720)]
    height: usize,
    /// How many of the made scenes to begin with.
    #[arg(long, default_value_t = SCENES.len())]
    scenes: usize,
    /// Leaves H.264 out.
    #[arg(long)]
    alone: bool,
    /// What is shown over thin links instead.
    #[arg(long)]
    links: bool,
    /// What recoding a camera's own JPEGs saves and costs instead.
    #[arg(long, conflicts_with = "links")]
    passed_on: bool,
    /// Scenes and cameras that the rule was not tuned on instead, and the clips through three cameras.
    #[arg(long, conflicts_with_all = ["links", "passed_on"])]
    unseen: bool,
    /// Of those only the ones that have this in their name.
    #[arg(long, default_value = "")]
    only: String,
    /// An ffmpeg with libvmaf; without one thin links are told without VMAF.
    #[arg(long, env = "VMAF_FFMPEG_BIN")]
    vmaf_ffmpeg: Option<PathBuf>,
}

/// The made scenes; the last ones are no goals but ways to go wrong.
const SCENES: [(&str, Action); 10] = [
    ("nothing moves", Action::Still),
    ("one walker, 5 % of the area", Action::Walk),
    ("the camera pans", Action::Pan),
    ("somebody who hardly moves", Action::Creep),
    ("something is taken away", Action::Left),
    ("a shade of 3 grey levels walks", Action::Shade(3.0)),
    ("light drifts by 12 %", Action::Drift),
    ("light flickers by 1 %", Action::Flicker(1.0)),
    ("exposure steps by 25 %", Action::Expose),
    ("the camera trembles, 0.3 pixels", Action::Shake(0.3)),
];

/// Those that are shown settled, too.
const SETTLED: [(&str, Action); 2] = [
    ("nothing moves, settled", Action::Still),
    ("one walker, settled", Action::Walk),
];

fn main() -> ExitCode {
    let arguments: Arguments = match command_line::parse() {
        Ok(arguments) => arguments,
        Err(ended) => return ended,
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> std::io::Result<()> {
    let size = Size {
        width: arguments.width,
        height: arguments.height,
        frames: arguments.frames,
    };
    print_head(arguments, size);
    if arguments.unseen {
        return run_unseen(arguments, size);
    }
    let print = |name: &str, scene: Scene, noise: f32| {
        if arguments.links {
            let row = links::run(name, scene, noise, size)?;
            println!("{}", row.with_vmaf(arguments.vmaf_ffmpeg.as_deref(), size)?);
        } else if arguments.passed_on {
            println!("{}", passed_on::run(name, scene, noise, size));
        } else {
            println!(
                "{}",
                trial::run(name, scene, noise, size, false, !arguments.alone)?
            );
        }
        std::io::Result::Ok(())
    };
    for (name, action) in SCENES.into_iter().take(arguments.scenes) {
        // What a link carries is asked of what it has trouble with.
        if !arguments.links || matches!(action, Action::Walk | Action::Pan) {
            print(name, Scene::room(action, size.width, size.height), 2.0)?;
        }
    }
    if !arguments.links {
        for (name, action) in SETTLED.into_iter().take(arguments.scenes) {
            let scene = Scene::room(action, size.width, size.height);
            println!("{}", trial::run(name, scene, 2.0, size, true, false)?);
        }
    }
    for path in &arguments.clips {
        let (mut child, scene) = open_clip(path, size)?;
        let name = format!("clip {} + noise {}", stem(path), arguments.noise);
        print(&name, scene, arguments.noise)?;
        child.wait()?;
    }
    Ok(())
}

fn run_unseen(arguments: &Arguments, size: Size) -> std::io::Result<()> {
    for case in cases::CASES {
        if case.name.contains(&arguments.only) {
            let scene = Scene::room(case.action, size.width, size.height);
            println!("{}", unseen::run(case.name, *case, scene, size)?);
        }
    }
    for path in &arguments.clips {
        for case in cases::of_clips(arguments.noise) {
            let noise = arguments.noise;
            let name = format!("clip {} + noise {noise}{}", stem(path), case.name);
            if !name.contains(&arguments.only) {
                continue;
            }
            let (mut child, scene) = open_clip(path, size)?;
            println!("{}", unseen::run(&name, case, scene, size)?);
            child.wait()?;
        }
    }
    Ok(())
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .map_or("clip".into(), |name| name.to_string_lossy().into_owned())
}

/// A clip at the size that is asked for.
fn open_clip(path: &Path, size: Size) -> std::io::Result<(Child, Scene)> {
    let scale = format!(
        "scale={}:{}:flags=bicubic,format=yuv420p",
        size.width, size.height
    );
    let mut child = ffmpeg::ffmpeg()
        .arg("-i")
        .arg(path)
        .args(["-frames:v", &size.frames.to_string()])
        .args(["-vf", &scale, "-f", "rawvideo", "-"])
        .stdout(Stdio::piped())
        .spawn()?;
    let frames = child.stdout.take().expect("it is piped");
    let scene = Scene::clip(Box::new(frames), size.width, size.height);
    Ok((child, scene))
}

fn print_head(arguments: &Arguments, size: Size) {
    let Size {
        width,
        height,
        frames,
    } = size;
    if arguments.passed_on {
        println!(
            "> {width}×{height}, 4:2:2, a camera's JPEGs of quality 85, Mb/s at 34 fps, noise that neighbours share; \
             {frames} frames of each scene, {} measured. CPU time of the thread for each frame.\n\n{}",
            frames - trial::FROM,
            passed_on::Row::HEAD
        );
        return;
    }
    if arguments.unseen {
        println!(
            "> {width}×{height}, 4:2:0, quality 80, Mb/s at 34 fps; {frames} frames of each scene, measured from frame {}. \
             Noise of 2 that neighbours share and somebody who walks through, unless the name says otherwise.\n\n{}",
            trial::FROM,
            unseen::Row::HEAD
        );
        return;
    }
    if arguments.links {
        println!(
            "> {width}×{height}, 4:2:0, noise that neighbours share; {frames} frames of each scene. The best rendition \
             that the link carries at 34 fps, else the cheapest at the rate that it carries, whole frames. SSIM and VMAF \
             (of luma, one frame in seven) against the truth without noise, smaller pictures enlarged by a cubic.\n\n{}",
            links::Row::HEAD
        );
        return;
    }
    println!(
        "> {width}×{height}, 4:2:0, quality 80, Mb/s at 34 fps, noise that neighbours share; {frames} frames of each \
         scene, {} measured. Plain: nothing held. Delta: to a viewer that gets every frame, or every third. Equal: a \
         delta of intervals that are byte-equal by themselves. PSNR and SSIM against the truth without noise, plain / \
         held. Ghosts: blocks that show what is gone, and for how many frames. CPU: thread time of the held encoder \
         over the plain one, one quality and all 14, in turns, of frames that were made before. H.264: libx264 veryfast zerolatency at \
         the PSNR of held.\n\n{}",
        frames - trial::FROM,
        Row::HEAD
    );
}
