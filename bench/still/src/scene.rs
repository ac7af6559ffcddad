//! What stands before the camera: a room with known truth, things and light that move in it, or the frames of a clip.

use std::f32::consts::TAU;
use std::io::Read;

use crate::event::Event;
use crate::texture::Texture;
use crate::truth::Truth;

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Action {
    Still,
    /// Somebody of 5 % of the area walks through.
    Walk,
    /// Somebody sits and moves by 0.15 pixels a frame.
    Creep,
    /// A shade of so many grey levels walks through.
    Shade(f32),
    /// The camera turns.
    Pan,
    /// The camera trembles by so many pixels.
    Shake(f32),
    /// The light swells and fades by 12 % within 20 s.
    Drift,
    /// Mains light flickers at 100 Hz by so many percent; the truth is the scene without it.
    Flicker(f32),
    /// The exposure rises by 25 % and falls back.
    Expose,
    /// Something stands there until frame 100 and is gone.
    Left,
    /// Somebody's chest rises and falls by a pixel.
    Breathe,
    /// Mains light of so many hertz flickers by 1 % at so many frames a second.
    Mains(f32, f32),
    /// Something else happens while somebody walks through.
    Event(Event),
}

/// A source of frames with their truth.
pub(crate) enum Scene {
    Room(Box<Room>),
    Clip(Clip),
}

/// The made scene.
pub(crate) struct Room {
    action: Action,
    width: usize,
    height: usize,
    picture: Texture,
    figure: Texture,
    random: u64,
}

/// Raw 4:2:0 frames, as ffmpeg gives them.
pub(crate) struct Clip {
    width: usize,
    height: usize,
    frames: Box<dyn Read>,
}

impl Scene {
    pub(crate) fn room(action: Action, width: usize, height: usize) -> Self {
        let (wide, high) = (width + 160, height + 90);
        Self::Room(Box::new(Room {
            action,
            width,
            height,
            picture: Texture::room(wide, high),
            figure: Texture::figure(width * 3 / 20, height * 47 / 100),
            random: 7,
        }))
    }

    /// Frames of 4:2:0, plane after plane.
    pub(crate) fn clip(frames: Box<dyn Read>, width: usize, height: usize) -> Self {
        Self::Clip(Clip {
            width,
            height,
            frames,
        })
    }

    /// Frame `t` and the light's gain by row; none at the end of a clip.
    pub(crate) fn frame(&mut self, t: usize) -> Option<(Truth, Vec<f32>)> {
        self.at(t as f32)
    }

    /// As at a moment between two frames; a clip gives its next frame.
    pub(crate) fn at(&mut self, t: f32) -> Option<(Truth, Vec<f32>)> {
        match self {
            Self::Room(room) => Some(room.frame(t)),
            Self::Clip(clip) => clip.frame(),
        }
    }
}

/// Light that swells and fades so often a frame, read out row by row.
fn flicker(light: &mut [f32], percent: f32, often: f32, t: f32) {
    let height = light.len() as f32;
    for (y, light) in light.iter_mut().enumerate() {
        let turns = often * (t + 0.9 * y as f32 / height);
        *light = 1.0 + percent / 100.0 * (TAU * turns.fract()).sin();
    }
}

impl Clip {
    fn frame(&mut self) -> Option<(Truth, Vec<f32>)> {
        let mut bytes = vec![0; self.width * self.height * 3 / 2];
        self.frames.read_exact(&mut bytes).ok()?;
        let (y, chroma) = bytes.split_at(self.width * self.height);
        let (cb, cr) = chroma.split_at(chroma.len() / 2);
        let plane = |bytes: &[u8]| bytes.iter().map(|&b| f32::from(b)).collect();
        let truth = Truth {
            width: self.width,
            height: self.height,
            y: plane(y),
            cb: plane(cb),
            cr: plane(cr),
        };
        Some((truth, vec![1.0; self.height]))
    }
}

impl Room {
    fn frame(&mut self, t: f32) -> (Truth, Vec<f32>) {
        let (dx, dy) = match self.action {
            Action::Pan => (
                70.0 * (t * 0.035).sin() + (t * 0.9).sin() * 0.7,
                20.0 * (t * 0.05).sin() + (t * 1.3).cos() * 0.6,
            ),
            Action::Shake(by) => (self.tremble(by), self.tremble(by)),
            _ => (0.0, 0.0),
        };
        let mut truth = self
            .picture
            .cut(80.0 + dx, 45.0 + dy, self.width, self.height);
        let (width, height) = (self.width as f32, self.height as f32);
        let walk = (
            ((t + 80.0) * width / 320.0) % (width * 1.15) - width * 0.15,
            height * 0.46 + 5.0 * (t * 0.5).sin(),
        );
        match self.action {
            Action::Event(event) => {
                // First, since it may stand where somebody walks.
                event.show(&mut truth, &self.picture, t);
                self.figure.paste(&mut truth, walk, None);
            }
            Action::Breathe => {
                let rise = (t * TAU / 130.0).sin();
                self.figure
                    .paste(&mut truth, (width * 0.4, height * 0.5 + rise), None);
            }
            Action::Walk | Action::Mains(..) => self.figure.paste(&mut truth, walk, None),
            Action::Shade(grey) => self.figure.paste(&mut truth, walk, Some(grey)),
            Action::Creep => {
                let at = (
                    width * 0.4 + t * 0.15,
                    height * 0.47 + 0.5 * (t * 0.05).sin(),
                );
                self.figure.paste(&mut truth, at, None);
            }
            Action::Left if t < 100.0 => {
                self.figure
                    .paste(&mut truth, (width * 0.4, height * 0.4), None);
            }
            _ => {}
        }
        let mut light = vec![1.0; self.height];
        match self.action {
            Action::Drift => light.fill(1.0 + 0.12 * (t * TAU / 680.0).sin()),
            Action::Flicker(percent) => flicker(&mut light, percent, 100.0 / 34.0, t),
            Action::Mains(hertz, fps) => flicker(&mut light, 1.0, hertz / fps, t),
            Action::Expose => {
                let step = |at: f32| ((t - at) / 6.0).clamp(0.0, 1.0);
                light.fill(1.0 + 0.25 * (step(90.0) - step(150.0)));
            }
            _ => {}
        }
        if matches!(self.action, Action::Drift | Action::Expose) {
            // Seen by everybody: it belongs to the truth.
            truth
                .y
                .iter_mut()
                .for_each(|y| *y = (*y * light[0]).clamp(0.0, 255.0));
            light.fill(1.0);
        }
        (truth, light)
    }

    fn tremble(&mut self, by: f32) -> f32 {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        ((self.random >> 40) as f32 / (1u32 << 24) as f32 * 2.0 - 1.0) * by
    }
}
