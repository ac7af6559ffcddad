//! V4L2 controls by their names: exposure, focus, dynamic frame rate and the like.

use std::path::Path;

use v4l::{
    Control, Device,
    control::{Description, Flags, Type, Value},
};

use super::answer::ask;

/// `V4L2_CID_BRIGHTNESS`, the first number of all. Source: `linux/v4l2-controls.h`.
const BRIGHTNESS: u32 = 0x0098_0900;

/// The kernel's number of a control, by the library that told of it.
#[derive(Debug, Clone, Copy)]
enum Id {
    V4l(u32),
    Linuxvideo(linuxvideo::controls::Cid),
}

/// A control as a person may set it.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    id: Id,
    /// As `CAPTURE_CONTROLS` and `v4l2-ctl` spell it: `exposure_dynamic_framerate`.
    pub(crate) name: String,
    pub(crate) value: Option<i64>,
    /// `None` where they could not be read.
    pub(crate) bounds: Option<Bounds>,
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
    /// Which there are besides, if some could not be read, in words.
    pub(crate) unread: Vec<String>,
}

/// Sets `wanted` in order (automatic exposure off before a time is given, say); what could not be set, in words. A
/// control that is refused is no reason to show no picture.
pub(super) fn set(device: &Device, path: &Path, wanted: &[(String, i64)]) -> Vec<String> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let known = list(device, path).settings;
    let set_one = |(name, value): &(String, i64)| {
        let Some(control) = known.iter().find(|control| control.name == *name) else {
            let names: Vec<_> = known.iter().map(|control| control.name.as_str()).collect();
            return Err(format!(
                "it has no control {name:?}; it has {}",
                names.join(", ")
            ));
        };
        if let Some(bounds) = control.bounds
            && !(bounds.minimum..=bounds.maximum).contains(value)
        {
            return Err(format!(
                "{name}={value} is outside {} to {}",
                bounds.minimum, bounds.maximum
            ));
        }
        let set = match control.id {
            Id::V4l(id) => device.set_control(Control {
                id,
                value: Value::Integer(*value),
            }),
            // Within bounds that are numbers of 32 bits.
            Id::Linuxvideo(id) => linuxvideo::Device::open(path)
                .and_then(|mut device| device.write_control_raw(id, *value as i32)),
        };
        set.map_err(|cause| format!("{name}={value} was refused: {cause}"))
    };
    wanted
        .iter()
        .filter_map(|each| set_one(each).err())
        .collect()
}

/// Every control of `device`, which was opened by `path`.
pub(crate) fn list(device: &Device, path: &Path) -> Controls {
    match ask(|| device.query_controls().unwrap_or_default()) {
        Ok(told) => Controls {
            settings: told
                .iter()
                .filter_map(|told| setting(device, told))
                .collect(),
            unread: Vec::new(),
        },
        // The v4l crate gives up all controls for one that it does not know.
        Err(_) => readable(device, path),
    }
}

fn setting(device: &Device, control: &Description) -> Option<Setting> {
    let number = matches!(
        control.typ,
        Type::Integer
            | Type::Integer64
            | Type::Boolean
            | Type::Menu
            | Type::IntegerMenu
            | Type::Bitmask
    );
    let fixed = control.flags.intersects(Flags::DISABLED | Flags::READ_ONLY);
    let choices = control.items.iter().flatten();
    (number && !fixed).then(|| Setting {
        id: Id::V4l(control.id),
        name: spelled(&control.name),
        value: value(device, control.id),
        bounds: Some(Bounds {
            minimum: control.minimum,
            maximum: control.maximum,
            default: control.default,
        }),
        menu: choices
            .map(|(number, choice)| format!("{number}={choice}"))
            .collect(),
    })
}

/// Those controls that can be read one by one. linuxvideo asks for simple ones only: what it leaves out besides (a
/// rectangle, say) cannot be set with a number.
fn readable(v4l: &Device, path: &Path) -> Controls {
    use linuxvideo::controls::{ControlFlags, CtrlType};

    let mut controls = Controls::default();
    let Ok(device) = linuxvideo::Device::open(path) else {
        controls.unread.push("all".into());
        return controls;
    };
    // linuxvideo 0.3.5 begins behind the first control that the kernel has a number for, of which v4l tells the value.
    if let Some(value) = value(v4l, BRIGHTNESS) {
        controls.settings.push(Setting {
            id: Id::V4l(BRIGHTNESS),
            name: "brightness".into(),
            value: Some(value),
            bounds: None,
            menu: Vec::new(),
        });
    }
    for control in device.controls().map_while(Result::ok) {
        // Texts may be cut in the middle of a letter, on which this library panics as well.
        let Ok(name) = ask(|| spelled(control.name())) else {
            controls.unread.push("one without a readable name".into());
            continue;
        };
        let number = [
            CtrlType::INTEGER,
            CtrlType::BOOLEAN,
            CtrlType::MENU,
            CtrlType::INTEGER_MENU,
            CtrlType::BITMASK,
        ];
        let kind = control.control_type();
        let fixed = ControlFlags::DISABLED | ControlFlags::READ_ONLY;
        if !number.contains(&kind) {
            if ![CtrlType::CTRL_CLASS, CtrlType::BUTTON].contains(&kind) {
                controls.unread.push(name);
            }
        } else if !control.flags().intersects(fixed) {
            let choices = (kind == CtrlType::MENU).then(|| device.enumerate_menu(&control));
            let choices = choices.into_iter().flatten().map_while(Result::ok);
            let text = |choice: linuxvideo::controls::TextMenuItem| {
                ask(|| format!("{}={}", choice.index(), choice.name())).ok()
            };
            controls.settings.push(Setting {
                id: Id::Linuxvideo(control.id()),
                name,
                value: device.read_control_raw(control.id()).ok().map(i64::from),
                bounds: Some(Bounds {
                    minimum: control.minimum().into(),
                    maximum: control.maximum().into(),
                    default: control.default_value().into(),
                }),
                menu: choices.filter_map(text).collect(),
            });
        }
    }
    if controls.unread.is_empty() {
        controls.unread.push("some of a compound kind".into());
    }
    controls
}

fn value(device: &Device, id: u32) -> Option<i64> {
    match ask(|| device.control(id)).ok()?.ok()?.value {
        Value::Integer(value) => Some(value),
        Value::Boolean(value) => Some(value.into()),
        _ => None,
    }
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
