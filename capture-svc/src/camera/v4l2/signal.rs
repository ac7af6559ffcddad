//! Which input of an analogue grabber is taken, and the norm of its signal: settled before the format, which depends on it.

use std::{fmt, io, str::FromStr};

use v4l::Device;

/// `CAPTURE_INPUT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InputWish {
    /// Its number.
    Index(u32),
    /// A part of its name, whatever the case.
    Name(String),
}

impl FromStr for InputWish {
    type Err = String;

    /// # Errors
    /// Words, for nothing at all.
    fn from_str(text: &str) -> Result<Self, String> {
        match (text.trim(), text.trim().parse()) {
            ("", _) => Err("empty: a number such as 0, or a part of the input's name".into()),
            (_, Ok(index)) => Ok(Self::Index(index)),
            (name, _) => Ok(Self::Name(name.to_lowercase())),
        }
    }
}

/// `CAPTURE_STANDARD`: norms by the bits that V4L2 has for them. Source: `V4L2_STD_*` of `linux/videodev2.h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standard(u64);

impl Standard {
    /// The words of the setting.
    pub(crate) const CHOICES: [(&'static str, Option<Self>); 8] = [
        ("auto", None),
        ("pal", Some(Self(0xff))),
        ("pal-m", Some(Self(0x100))),
        ("pal-n", Some(Self(0x200))),
        ("pal-60", Some(Self(0x800))),
        ("ntsc", Some(Self(0xb000))),
        ("ntsc-jp", Some(Self(0x2000))),
        ("secam", Some(Self(0x00ff_0000))),
    ];
}

impl fmt::Display for Standard {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Self::CHOICES
            .iter()
            .find(|(_, known)| *known == Some(*self));
        out.write_str(known.map_or("?", |(name, _)| name))
    }
}

/// Sets both, where they are wished for; in words what could not be, which is no reason to show no picture.
pub(super) fn set(
    device: &Device,
    input: Option<&InputWish>,
    standard: Option<Standard>,
) -> Vec<String> {
    let input = input.map(|wish| select(device, wish));
    let standard = standard.map(|norm| {
        let set = v4l2_capture::set_standard(device, norm.0);
        set.map_err(|cause| format!("CAPTURE_STANDARD={norm} was refused: {cause}"))
    });
    let failed = |done: Result<(), String>| done.err();
    [input, standard]
        .into_iter()
        .flatten()
        .filter_map(failed)
        .collect()
}

fn select(device: &Device, wish: &InputWish) -> Result<(), String> {
    let names = v4l2_capture::inputs(device);
    let index = match wish {
        InputWish::Index(index) => Some(*index),
        InputWish::Name(part) => names
            .iter()
            .position(|name| name.to_lowercase().contains(part))
            .map(|at| at as u32),
    };
    let there = |cause: Option<io::Error>| {
        let inputs = (0..).zip(&names).map(|(at, name)| format!("{at}={name}"));
        let inputs = inputs.collect::<Vec<_>>().join(", ");
        let cause = cause.map_or(String::new(), |cause| format!(" ({cause})"));
        format!("CAPTURE_INPUT: there is no such one{cause}; there is {inputs}")
    };
    let index = index.ok_or_else(|| there(None))?;
    v4l2_capture::select_input(device, index).map_err(|cause| there(Some(cause)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_is_a_number_or_a_part_of_a_name() {
        assert_eq!("1".parse(), Ok(InputWish::Index(1)));
        assert_eq!(" S-Video".parse(), Ok(InputWish::Name("s-video".into())));
        assert!("".parse::<InputWish>().is_err());
    }
}
