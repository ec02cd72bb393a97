//! A display of the benchmark's own, whose picture can be read while programs draw on it.
//!
//! Xvfb keeps the screen in a file, in the format of `xwd`: a head in big-endian numbers, a table of colours, the lines.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use tempfile::TempDir;

use super::program::Program;
use crate::bench::process::PATIENCE;

/// Every how many lines one is read: reading all of them takes time from what is measured.
const STEP: usize = 4;
/// Bytes of a colour in the table.
const COLOUR: u64 = 12;
/// Bytes of a pixel.
const PIXEL: usize = 4;
/// By how much of 255 a colour differs that anybody would tell from another.
const CLEARLY: u8 = 64;

/// A running display, with a home for the programs on it.
pub(super) struct Display {
    home: TempDir,
    number: String,
    screen: File,
    layout: Layout,
    _server: Program,
}

/// Where the lines are in the file.
#[derive(Debug, PartialEq, Eq)]
struct Layout {
    start: u64,
    line: usize,
    lines: usize,
}

/// What can be seen at one moment: some of the lines.
pub(super) struct Picture(Vec<u8>);

impl Display {
    /// Starts one of 1440 by 900.
    ///
    /// # Errors
    /// When there is no Xvfb, or it does not come up.
    pub(super) async fn start() -> anyhow::Result<Self> {
        let home = tempfile::tempdir()?;
        let log = home.path().join("display.log");
        let mut server = Program::start(
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", "1440x900x24"])
                // It would begin anew whenever the last program has gone, and be away for a moment.
                .args(["-nolisten", "tcp", "-noreset", "-fbdir"])
                .arg(home.path()),
            &log,
        )?;
        let start = Instant::now();
        let number = loop {
            let said = fs::read_to_string(&log)?;
            let line = said.lines().find(|line| line.parse::<u32>().is_ok());
            if let Some(number) = line.filter(|_| said.ends_with('\n')) {
                break format!(":{number}");
            }
            server.still_runs()?;
            ensure!(start.elapsed() < PATIENCE, "Xvfb does not come up");
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        let screen = File::open(home.path().join("Xvfb_screen0"))?;
        let mut head = [0; 100];
        screen.read_exact_at(&mut head, 0)?;
        Ok(Self {
            layout: Layout::of(&head).context("the picture is not as xwd has it")?,
            home,
            number,
            screen,
            _server: server,
        })
    }

    /// Where programs on this display have their files.
    pub(super) fn home(&self) -> &Path {
        self.home.path()
    }

    /// A file for what a program prints.
    pub(super) fn log(&self, name: &str) -> PathBuf {
        self.home.path().join(format!("{name}.log"))
    }

    /// A command on this display, in its home: nothing of this machine's user is seen or touched.
    pub(super) fn within(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        for name in [
            "CONNECT_DATA_DIR",
            "CONNECT_LOG",
            "WAYLAND_DISPLAY",
            "DBUS_SESSION_BUS_ADDRESS",
        ] {
            command.env_remove(name);
        }
        let home = self.home.path();
        command
            .env("HOME", home)
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("DISPLAY", &self.number)
            .env("GDK_BACKEND", "x11")
            .env("NO_AT_BRIDGE", "1");
        command
    }

    /// What can be seen now.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn look(&self) -> anyhow::Result<Picture> {
        let Layout { start, line, lines } = self.layout;
        let mut pixels = vec![0; line * lines.div_ceil(STEP)];
        for (number, into) in pixels.chunks_exact_mut(line).enumerate() {
            let at = start + u64::try_from(number * STEP * line)?;
            self.screen.read_exact_at(into, at)?;
        }
        Ok(Picture(pixels))
    }
}

impl Layout {
    fn of(head: &[u8; 100]) -> Option<Self> {
        let number = |index: usize| -> Option<u32> {
            let bytes = head.get(index * 4..index * 4 + 4)?;
            Some(u32::from_be_bytes(bytes.try_into().ok()?))
        };
        let (size, lines, bits, line, colours) = (
            number(0)?,
            number(5)?,
            number(11)?,
            number(12)?,
            number(19)?,
        );
        (bits == 32 && lines > 0 && line > 0).then_some(Self {
            start: u64::from(size) + u64::from(colours) * COLOUR,
            line: usize::try_from(line).ok()?,
            lines: usize::try_from(lines).ok()?,
        })
    }
}

impl Picture {
    /// How many pixels of a thousand are clearly not those of another picture: edges of letters and scroll bars that fade
    /// are not drawn alike twice.
    pub(super) fn differs(&self, other: &Self) -> f64 {
        let pairs = self.0.chunks_exact(PIXEL).zip(other.0.chunks_exact(PIXEL));
        let (mut all, mut different) = (0_u32, 0_u32);
        for (one, another) in pairs {
            let mut channels = one.iter().zip(another);
            all += 1;
            different += u32::from(channels.any(|(one, other)| one.abs_diff(*other) > CLEARLY));
        }
        f64::from(different) * 1000.0 / f64::from(all.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::{Layout, Picture};

    #[test]
    fn the_lines_come_behind_the_head_and_the_colours() {
        let mut head = [0; 100];
        for (index, number) in [(0, 160_u32), (5, 900), (11, 32), (12, 5760), (19, 256)] {
            head[index * 4..index * 4 + 4].copy_from_slice(&number.to_be_bytes());
        }
        let expected = Layout {
            start: 160 + 256 * 12,
            line: 5760,
            lines: 900,
        };
        assert_eq!(Layout::of(&head), Some(expected));
        assert_eq!(Layout::of(&[0; 100]), None);
    }

    #[test]
    fn pictures_differ_by_their_pixels() {
        let one = Picture(vec![0; 4000]);
        let mut other = vec![0; 4000];
        other[0] = 65;
        other[1] = 65;
        other[8] = 64;
        assert!((one.differs(&Picture(other)) - 1.0).abs() < f64::EPSILON);
        assert!(one.differs(&one) < f64::EPSILON);
    }
}
