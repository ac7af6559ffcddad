//! The machine itself, which every other scenario rests on.

use crate::rig::Rig;

/// Lines come whole, also while jobs in the background end, and a broken one is an error and not the machine's end.
pub(crate) async fn whole_lines(rig: &mut Rig) -> String {
    rig.guest
        .sh("for i in $(seq 1 150); do usleep $((i * 10000)) & done")
        .await;
    let long = "all of it ".repeat(60);
    for number in 0..60 {
        let line = format!("{number} {long}");
        let heard = rig.guest.sh(&format!("echo '{line}'")).await;
        assert_eq!(heard.trim_end(), line.trim_end());
    }
    for broken in ["echo 'a quote that is never closed", "exit 0", "if then"] {
        let (status, _) = rig.guest.try_sh(broken).await;
        assert_ne!(status, 0, "{broken}");
    }
    assert_eq!(rig.guest.sh("echo still here").await.trim(), "still here");
    "60 lines of 600 letters while 150 jobs ended, 3 broken ones survived".into()
}
