//! V4L2 controls by their names: exposure, focus, dynamic frame rate and the like.

use v4l::Device;
use v4l2_capture::Control;

/// Types that are a number, by `enum v4l2_ctrl_type`: integer, boolean, menu, integer of 64 bits, set of bits, menu of
/// integers.
const NUMBERS: [u32; 6] = [1, 2, 3, 5, 8, 9];

/// Types that are no setting: a button, and the title of a class.
const NO_SETTINGS: [u32; 2] = [4, 6];

/// `V4L2_CTRL_FLAG_DISABLED` and `_READ_ONLY`.
const FIXED: u32 = 0x0001 | 0x0004;

/// A control as a person may set it.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    control: Control,
    /// As `CAPTURE_CONTROLS` and `v4l2-ctl` spell it: `exposure_dynamic_framerate`.
    pub(crate) name: String,
    pub(crate) value: Option<i64>,
    pub(crate) bounds: Bounds,
    /// Numbers and what they stand for, where it is a choice.
    pub(crate) menu: Vec<String>,
}

/// Which values a control takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) minimum: i64,
    pub(crate) maximum: i64,
    pub(crate) default: i64,
}

/// The controls of a camera.
#[derive(Debug, Default)]
pub(crate) struct Controls {
    /// Every one that takes a number.
    pub(crate) settings: Vec<Setting>,
    /// Which there are besides: of a type that is no number, or newer than this program.
    pub(crate) unread: Vec<String>,
}

/// Sets `wanted` in order (automatic exposure off before a time is given, say); what could not be set, in words. A
/// control that is refused is no reason to show no picture.
pub(super) fn set(device: &Device, wanted: &[(String, i64)]) -> Vec<String> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let known = list(device).settings;
    let set_one = |(name, value): &(String, i64)| {
        let Some(setting) = known.iter().find(|setting| setting.name == *name) else {
            let names: Vec<_> = known.iter().map(|setting| setting.name.as_str()).collect();
            return Err(format!(
                "it has no control {name:?}; it has {}",
                names.join(", ")
            ));
        };
        let Bounds {
            minimum, maximum, ..
        } = setting.bounds;
        if !(minimum..=maximum).contains(value) {
            return Err(format!("{name}={value} is outside {minimum} to {maximum}"));
        }
        let set = setting.control.set(device, *value);
        set.map_err(|cause| format!("{name}={value} was refused: {cause}"))
    };
    wanted
        .iter()
        .filter_map(|each| set_one(each).err())
        .collect()
}

/// Every control of `device`.
pub(crate) fn list(device: &Device) -> Controls {
    let mut controls = Controls::default();
    for control in v4l2_capture::controls(device) {
        let name = spelled(&control.name);
        if !NUMBERS.contains(&control.kind) {
            if !NO_SETTINGS.contains(&control.kind) {
                controls.unread.push(name);
            }
        } else if control.flags & FIXED == 0 {
            let choices = control.choices(device).into_iter();
            controls.settings.push(Setting {
                name,
                value: control.value(device).ok(),
                bounds: Bounds {
                    minimum: control.minimum,
                    maximum: control.maximum,
                    default: control.default,
                },
                menu: choices
                    .map(|(number, choice)| format!("{number}={choice}"))
                    .collect(),
                control,
            });
        }
    }
    controls
}

/// "Exposure, Dynamic Framerate" as `exposure_dynamic_framerate`: the spelling of `v4l2-ctl`.
fn spelled(name: &str) -> String {
    let words = name
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    words
        .map(str::to_ascii_lowercase)
        .collect::<Vec<_>>()
        .join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_as_v4l2_ctl_spells_them() {
        assert_eq!(
            spelled("Exposure, Dynamic Framerate"),
            "exposure_dynamic_framerate"
        );
        assert_eq!(
            spelled("White Balance Temperature, Auto"),
            "white_balance_temperature_auto"
        );
        assert_eq!(spelled(" Brightness "), "brightness");
    }
}
