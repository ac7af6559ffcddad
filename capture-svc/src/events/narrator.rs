//! PURE: what there is to tell about a camera, from what is known of it over time.

use std::time::{Duration, Instant};

use wire::{CameraState, CameraStatus, EventKind};

use crate::watching::Watching;

/// How long less must change before a motion is over: somebody who stands still for a moment is one motion.
const CALM_TIME: Duration = Duration::from_secs(5);
/// A motion goes on while this share of what begins one changes, so that what is just enough is not told again and again.
const CALM_SHARE: f64 = 0.5;

/// What is known of a camera now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    /// `None`: not known yet.
    pub(super) watching: Option<Watching>,
    /// How it is.
    pub(super) status: &'a CameraStatus,
    /// The share of the picture that changes; `None`: nothing is compared.
    pub(super) changed_ratio: Option<f64>,
}

/// Something to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct News {
    pub(super) event: EventKind,
    pub(super) reason: Option<&'static str>,
    pub(super) detail: Option<String>,
}

impl News {
    const fn of(event: EventKind, reason: Option<&'static str>) -> Self {
        Self {
            event,
            reason,
            detail: None,
        }
    }
}

/// What was told so far.
#[derive(Debug)]
pub(super) struct Narrator {
    /// The share of the picture that makes a motion.
    motion_above: f64,
    watching: Option<Watching>,
    offline: bool,
    motion: Option<Motion>,
}

#[derive(Debug, Clone, Copy)]
struct Motion {
    /// When it is over, unless more changes again.
    over_at: Option<Instant>,
}

impl Narrator {
    pub(super) const fn new(motion_above: f64) -> Self {
        Self {
            motion_above,
            watching: None,
            offline: false,
            motion: None,
        }
    }

    /// What is new.
    pub(super) fn note(&mut self, seen: Seen<'_>, now: Instant) -> Vec<News> {
        let motion = self.motion(seen.changed_ratio, now);
        [
            self.watched(seen.watching),
            self.delivers(seen.status),
            motion,
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// When there may be something new though nothing has changed.
    pub(super) fn next(&self) -> Option<Instant> {
        self.motion?.over_at
    }

    /// Whether something moves.
    pub(super) const fn is_moving(&self) -> bool {
        self.motion.is_some()
    }

    fn watched(&mut self, watching: Option<Watching>) -> Option<News> {
        let now = watching?;
        let same = |before: Watching| (before.on, before.turn) == (now.on, now.turn);
        if self.watching.replace(now).is_some_and(same) {
            return None;
        }
        let event = if now.on {
            EventKind::Watched
        } else {
            EventKind::Unwatched
        };
        Some(News::of(event, Some(now.why.as_str())))
    }

    /// A camera that nobody wants any more is neither back nor still offline.
    fn delivers(&mut self, status: &CameraStatus) -> Option<News> {
        match status.state {
            CameraState::Error if !self.offline => {
                self.offline = true;
                Some(News {
                    event: EventKind::Offline,
                    reason: status.reason.map(wire::Reason::as_str),
                    detail: status.detail.clone(),
                })
            }
            CameraState::Live if self.offline => {
                self.offline = false;
                Some(News::of(EventKind::Back, None))
            }
            _ => None,
        }
    }

    fn motion(&mut self, ratio: Option<f64>, now: Instant) -> Option<News> {
        let Some(motion) = &mut self.motion else {
            ratio.filter(|ratio| *ratio >= self.motion_above)?;
            self.motion = Some(Motion { over_at: None });
            return Some(News::of(EventKind::Motion, None));
        };
        let Some(ratio) = ratio else {
            self.motion = None;
            return Some(News::of(EventKind::Still, Some("unwatched")));
        };
        if ratio >= self.motion_above * CALM_SHARE {
            motion.over_at = None;
            return None;
        }
        if *motion.over_at.get_or_insert(now + CALM_TIME) > now {
            return None;
        }
        self.motion = None;
        Some(News::of(EventKind::Still, None))
    }
}

#[cfg(test)]
mod tests;
