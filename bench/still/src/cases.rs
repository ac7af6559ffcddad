//! Scenes and cameras that the rule was not tuned on.

use crate::camera::Grain;
use crate::delivery::Format;
use crate::event::Event;
use crate::flaw::Flaw;
use crate::scene::Action;

/// A camera before a scene.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) action: Action,
    pub(crate) sigma: f32,
    pub(crate) grain: Grain,
    pub(crate) flaw: Flaw,
    pub(crate) format: Format,
    /// How many times as many frames as asked for it takes.
    pub(crate) times: usize,
}

const WALK: Case = Case {
    name: "",
    action: Action::Walk,
    sigma: 2.0,
    grain: Grain::Shared,
    flaw: Flaw::None,
    format: Format::Yuyv,
    times: 1,
};

const fn event(name: &'static str, event: Event) -> Case {
    Case {
        name,
        action: Action::Event(event),
        ..WALK
    }
}

const fn action(name: &'static str, action: Action) -> Case {
    Case {
        name,
        action,
        ..WALK
    }
}

const fn flaw(name: &'static str, action: Action, sigma: f32, flaw: Flaw) -> Case {
    Case {
        name,
        action,
        sigma,
        flaw,
        ..WALK
    }
}

const fn grain(name: &'static str, sigma: f32, grain: Grain) -> Case {
    Case {
        name,
        sigma,
        grain,
        ..WALK
    }
}

const fn format(name: &'static str, format: Format) -> Case {
    Case {
        name,
        format,
        ..WALK
    }
}

/// Somebody walks through each of them unless it says otherwise.
pub(crate) const CASES: &[Case] = &[
    event("a television", Event::Television),
    event("clouds, 8 %", Event::Clouds),
    event("a shadow's edge, 25 %", Event::Shadow),
    event("leaves on a third", Event::Leaves),
    event("rain", Event::Rain),
    event("snow", Event::Snow),
    event("a fan", Event::Fan),
    event("somebody types", Event::Typing),
    event("a clock", Event::Clock),
    event("thin smoke", Event::Smoke),
    event("white balance drifts", Event::Balance),
    event("a rolling band, 2 %", Event::Band),
    action("somebody breathes, nobody walks", Action::Breathe),
    Case {
        times: 4,
        ..flaw("dusk", Action::Event(Event::Dusk), 2.0, Flaw::Dusk)
    },
    action("mains of 100 Hz at 50 fps", Action::Mains(100.0, 50.0)),
    action("mains of 100 Hz at 60 fps", Action::Mains(100.0, 60.0)),
    action("mains of 120 Hz at 50 fps", Action::Mains(120.0, 50.0)),
    action("mains of 100 Hz at 25 fps", Action::Mains(100.0, 25.0)),
    grain("white noise", 2.0, Grain::White),
    grain("noise of an enlarged picture", 2.0, Grain::Enlarged),
    grain("noise of an enlarged picture, 4", 4.0, Grain::Enlarged),
    grain("chroma noise in blotches", 2.0, Grain::Blotched),
    grain("noise of 0.3", 0.3, Grain::Shared),
    grain("noise of 0.6", 0.6, Grain::Shared),
    grain("noise of 4", 4.0, Grain::Shared),
    flaw("rows' noise of 1", Action::Walk, 2.0, Flaw::Rows(1.0)),
    flaw(
        "noise of 4, rows' of 1.5",
        Action::Walk,
        4.0,
        Flaw::Rows(1.5),
    ),
    flaw("hot pixels come and go", Action::Walk, 2.0, Flaw::Hot),
    flaw(
        "noise falls from 4 to 1",
        Action::Walk,
        4.0,
        Flaw::Step(0.25),
    ),
    flaw(
        "noise falls from 3 to 2",
        Action::Walk,
        3.0,
        Flaw::Step(0.667),
    ),
    flaw(
        "noise rises from 1 to 3",
        Action::Walk,
        1.0,
        Flaw::Step(3.0),
    ),
    flaw(
        "noise falls from 4 to 1, 3 grey",
        Action::Shade(3.0),
        4.0,
        Flaw::Step(0.25),
    ),
    flaw(
        "time filter 0.2, nobody",
        Action::Still,
        2.0,
        Flaw::Denoise(0.2),
    ),
    flaw("time filter 0.2", Action::Walk, 2.0, Flaw::Denoise(0.2)),
    flaw(
        "time filter 0.2, noise 4",
        Action::Walk,
        4.0,
        Flaw::Denoise(0.2),
    ),
    flaw(
        "time filter 0.2, 3 grey",
        Action::Shade(3.0),
        3.0,
        Flaw::Denoise(0.2),
    ),
    flaw(
        "time filter 0.2, taken away",
        Action::Left,
        3.0,
        Flaw::Denoise(0.2),
    ),
    flaw(
        "time filter 0.2, hardly moves",
        Action::Creep,
        3.0,
        Flaw::Denoise(0.2),
    ),
    flaw(
        "time filter 0.05, nobody",
        Action::Still,
        3.0,
        Flaw::Denoise(0.05),
    ),
    flaw("time filter 0.05", Action::Walk, 3.0, Flaw::Denoise(0.05)),
    flaw(
        "time filter 0.05, 3 grey",
        Action::Shade(3.0),
        3.0,
        Flaw::Denoise(0.05),
    ),
    flaw("sharpened", Action::Walk, 1.5, Flaw::Sharpen(1.0)),
    flaw("interlaced", Action::Walk, 2.0, Flaw::Interlace),
    flaw(
        "H.264, factor 23, of 30",
        Action::Walk,
        2.0,
        Flaw::Codec(23, 30),
    ),
    flaw(
        "H.264, factor 28, of 30",
        Action::Walk,
        2.0,
        Flaw::Codec(28, 30),
    ),
    flaw(
        "H.264, factor 33, of 10",
        Action::Walk,
        2.0,
        Flaw::Codec(33, 10),
    ),
    flaw(
        "H.264, factor 28, 3 grey",
        Action::Shade(3.0),
        2.0,
        Flaw::Codec(28, 30),
    ),
    flaw(
        "H.264, factor 28, hardly moves",
        Action::Creep,
        2.0,
        Flaw::Codec(28, 30),
    ),
    format("4:2:2", Format::Fine),
    format("NV12", Format::Nv12),
    format("grey", Format::Grey),
    format("JPEGs of quality 90", Format::Mjpeg(90)),
    format("JPEGs of quality 70", Format::Mjpeg(70)),
    Case {
        action: Action::Shade(3.0),
        ..format("JPEGs of quality 70, 3 grey", Format::Mjpeg(70))
    },
    Case {
        action: Action::Creep,
        ..format("JPEGs of quality 70, hardly moves", Format::Mjpeg(70))
    },
];

/// Of a clip: as it is with noise, and through two kinds of camera.
pub(crate) fn of_clips(sigma: f32) -> [Case; 3] {
    let clip = |name, flaw| Case {
        name,
        sigma,
        flaw,
        ..WALK
    };
    [
        clip("", Flaw::None),
        clip(", time filter 0.2", Flaw::Denoise(0.2)),
        clip(", H.264, factor 26", Flaw::Codec(26, 30)),
    ]
}
