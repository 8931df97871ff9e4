//! The warden: one small shell beside this process that ends our servers when we are gone.
//!
//! In: process groups, folders and network namespaces, as lines on its standard input. It waits for the end of
//! that input, which comes when this process ends in whatever way, kill -9 included; then it kills the groups
//! still listed and removes folders and namespaces. It never kills a group that was taken off the list.

use std::io::Write;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

/// The shell's whole program. Its lists are lists of words: our folders have no spaces.
const SCRIPT: &str = r#"
trap '' INT TERM HUP
groups= folders= spaces=
raze() { for n in 0 1 2; do ip link del "$1v$n"; ip netns del "$1-$n"; done; ip link del "$1"; } 2>/dev/null
without() { w=; for g in $1; do [ "$g" = "$2" ] || w="$w $g"; done; }
while read -r verb what; do
  case $verb in
    guard) groups="$groups $what" ;;
    release) without "$groups" "$what"; groups=$w ;;
    sweep) folders="$folders $what" ;;
    keep) without "$folders" "$what"; folders=$w ;;
    space) spaces="$spaces $what" ;;
    leave) raze "$what"; without "$spaces" "$what"; spaces=$w ;;
  esac
done
for g in $groups; do kill -s KILL -- "-$g"; done
for s in $spaces; do raze "$s"; done
for f in $folders; do rm -rf -- "$f"; done
"#;

static WARDEN: OnceLock<Option<Mutex<ChildStdin>>> = OnceLock::new();

fn hire() -> Option<Mutex<ChildStdin>> {
    let shell = Command::new("/bin/sh")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .ok()?;
    shell.stdin.map(Mutex::new)
}

fn tell(line: &str) -> std::io::Result<()> {
    let Some(warden) = WARDEN.get_or_init(hire) else {
        return Err(std::io::Error::other(
            "the warden shell could not be started",
        ));
    };
    let mut ear = warden.lock().unwrap_or_else(PoisonError::into_inner);
    writeln!(ear, "{line}")
}

/// From now on the process group ends with us.
pub(crate) fn guard(group: u32) -> std::io::Result<()> {
    tell(&format!("guard {group}"))
}

/// The process group has ended; its number may soon belong to somebody else.
pub(crate) fn release(group: u32) {
    // Without a warden there is nothing to take back.
    tell(&format!("release {group}")).unwrap_or_default();
}

/// From now on the folder is removed when we end.
pub(crate) fn sweep(folder: &Path) -> std::io::Result<()> {
    tell(&format!("sweep {}", folder.display()))
}

/// The folder stays after us, or is gone already.
pub(crate) fn keep(folder: &Path) {
    tell(&format!("keep {}", folder.display())).unwrap_or_default();
}

/// From now on three network namespaces and their bridge, all named after it, are removed when we end.
pub(crate) fn space(bridge: &str) -> std::io::Result<()> {
    tell(&format!("space {bridge}"))
}

/// Removes them now.
pub(crate) fn leave(bridge: &str) {
    tell(&format!("leave {bridge}")).unwrap_or_default();
}

/// A port of 127.0.0.1 that nobody listens on, below the range from which the kernel takes ports
/// for outgoing connections: a server can be killed and find its port free when it comes back.
///
/// # Panics
/// When a thousand ports in a row are taken.
pub fn free_port() -> u16 {
    const FIRST: u16 = 10_000;
    const COUNT: u64 = 22_000;
    static TAKEN: Mutex<Vec<u16>> = Mutex::new(Vec::new());

    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    for _ in 0..1000 {
        let offset =
            u16::try_from(uuid::Uuid::now_v7().as_u64_pair().1 % COUNT).unwrap_or_default();
        let port = FIRST + offset;
        if !taken.contains(&port) && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            taken.push(port);
            return port;
        }
    }
    panic!("no free port between 10000 and 32000 in a thousand tries")
}
