//! The players of docs/players.md, each asked as its line there says, against the real services. Not among the tests of the
//! workspace, since they take Debian's packages: `cargo xtask players` gets them; the gate runs those in [`everyday`].

mod everyday;
mod more;

use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use testkit::{ChildProcess, Process, Scratch, Stack, eventually};

/// Several times what any player takes on a busy machine until it has shown some pictures.
const PLAYER_TEST_TIMEOUT: Duration = Duration::from_secs(60);

/// What the document says under `player`, the first that stands in backticks.
fn documented(player: &str) -> String {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/players.md");
    let text = std::fs::read_to_string(document).expect("the document");
    let row = text.lines().find_map(|line| {
        let (name, how) = line.strip_prefix("| ")?.split_once(" | ")?;
        name.split(", ").any(|name| name == player).then_some(how)
    });
    let row = row.unwrap_or_else(|| panic!("docs/players.md has no line for {player}"));
    row.split('`').nth(1).expect("how it asks").to_owned()
}

/// A camera, a gateway and a player beside them.
struct Showing {
    stack: Stack,
    scratch: Scratch,
}

impl Showing {
    async fn start() -> Self {
        Self {
            stack: Stack::start().await,
            scratch: Scratch::new("player"),
        }
    }

    fn gateway(&self) -> &Process {
        self.stack.gateway()
    }

    /// The document's words for `player`, with this gateway's address.
    fn documented(&self, player: &str) -> String {
        let words = documented(player);
        let address = format!("http://{}", self.gateway().public());
        assert!(words.contains("http://gateway:6732"), "{player}: {words}");
        words.replace("http://gateway:6732", &address)
    }

    /// What a shell makes of `line`, in a directory that is the player's own.
    fn play(&self, line: &str) -> ChildProcess {
        let mut shell = Command::new("sh");
        let directory = self.scratch.path();
        let line = format!("cd '{}' && exec {line}", directory.display());
        shell.args(["-c", &line]).env("HOME", directory);
        ChildProcess::spawn(&shell, &directory.join("log")).expect("a shell")
    }

    /// How it ends, and what it said.
    async fn played(&self, line: &str) -> (ExitStatus, String) {
        let mut player = self.play(line);
        let ended = eventually(PLAYER_TEST_TIMEOUT, || {
            let ended = player.exit_status();
            async move { ended.ok_or("it still plays") }
        });
        (ended.await, player.log())
    }

    /// Plays until the end, which must be a good one.
    async fn plays(&self, line: &str) {
        let (ended, said) = self.played(line).await;
        assert!(ended.success(), "{line}: {ended}: {said}");
    }
}
