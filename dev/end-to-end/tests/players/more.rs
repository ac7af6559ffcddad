//! Those that bring more packages with them: VLC, Motion.

use testkit::eventually;

use crate::{PLAYER_TEST_TIMEOUT, Showing};

/// VLC will not run as root, as which containers of tests run.
const AS_NOBODY: &str = "setpriv --pdeathsig=KILL --reuid=65534 --regid=65534 --clear-groups";

#[tokio::test]
async fn vlc_decodes() {
    let showing = Showing::start().await;
    let how = showing.documented("VLC").replacen("vlc ", "", 1);
    let directory = showing.scratch.path();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(directory, open).expect("a directory of ours");
    // Each fifth picture that it shows becomes a file.
    let shown =
        "--vout=dummy --video-filter=scene --scene-format=jpg --scene-ratio=5 --scene-path=.";
    let line = format!("cvlc --no-audio {shown} {how}");
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| {
        let owner = std::os::unix::fs::MetadataExt::uid(&own);
        owner == 0
    });
    let line = if is_root {
        format!("{AS_NOBODY} {line}")
    } else {
        line
    };
    let mut player = showing.play(&line);
    eventually(PLAYER_TEST_TIMEOUT, || {
        assert!(player.exit_status().is_none(), "it ended: {}", player.log());
        let files = std::fs::read_dir(directory).into_iter().flatten().flatten();
        let scenes = files.filter(|file| file.file_name().to_string_lossy().starts_with("scene"));
        let scenes = scenes.count();
        async move { (scenes >= 3).then_some(()).ok_or(scenes) }
    })
    .await;
}

#[tokio::test]
async fn motion_watches() {
    let showing = Showing::start().await;
    let directory = showing.scratch.path();
    let how = showing.documented("Motion");
    let settings = format!(
        "{how}\ndaemon off\nwebcontrol_port 0\nstream_port 0\nwidth 1280\nheight 720\nframerate 10\n\
         picture_output first\nemulate_motion on\nmovie_output off\ntarget_dir {here}\nlog_file {here}/motion.log\n",
        here = directory.display()
    );
    std::fs::write(directory.join("motion.conf"), settings).expect("a file");
    let mut player = showing.play("motion -n -c motion.conf");
    // A picture that it has decoded, judged and saved.
    eventually(PLAYER_TEST_TIMEOUT, || {
        assert!(player.exit_status().is_none(), "it ended: {}", player.log());
        let files = std::fs::read_dir(directory).into_iter().flatten().flatten();
        let saved = files.filter(|file| file.path().extension().is_some_and(|kind| kind == "jpg"));
        let log = std::fs::read_to_string(directory.join("motion.log")).unwrap_or_default();
        let saved = saved.count();
        async move { (saved >= 1).then_some(()).ok_or(log) }
    })
    .await;
}
