//! V4L2 controls by their names: exposure, focus, dynamic frame rate and the like.

use v4l::{
    Control, Device,
    control::{Description, Flags, Type, Value},
};

/// A control as a person may set it.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    /// As `CAPTURE_CONTROLS` and `v4l2-ctl` spell it: `exposure_dynamic_framerate`.
    pub(crate) name: String,
    pub(crate) value: Option<i64>,
    pub(crate) minimum: i64,
    pub(crate) maximum: i64,
    pub(crate) default: i64,
    /// Numbers and what they stand for, where it is a choice.
    pub(crate) menu: Vec<String>,
}

/// Every control of `device` that takes a number.
pub(crate) fn list(device: &Device) -> Vec<Setting> {
    settable(device)
        .into_iter()
        .map(|control| Setting {
            name: spelled(&control.name),
            value: value(device, &control),
            minimum: control.minimum,
            maximum: control.maximum,
            default: control.default,
            menu: control
                .items
                .iter()
                .flatten()
                .map(|(number, item)| format!("{number}={item}"))
                .collect(),
        })
        .collect()
}

/// Sets `wanted` in order (automatic exposure off before a time is given, say); what could not be set, in words. A
/// control that is refused is no reason to show no picture.
pub(super) fn set(device: &Device, wanted: &[(String, i64)]) -> Vec<String> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let known = settable(device);
    let set_one = |(name, value): &(String, i64)| {
        let Some(control) = known.iter().find(|control| spelled(&control.name) == *name) else {
            let names: Vec<_> = known.iter().map(|control| spelled(&control.name)).collect();
            return Err(format!(
                "it has no control {name:?}; it has {}",
                names.join(", ")
            ));
        };
        if !(control.minimum..=control.maximum).contains(value) {
            return Err(format!(
                "{name}={value} is outside {} to {}",
                control.minimum, control.maximum
            ));
        }
        let set = device.set_control(Control {
            id: control.id,
            value: Value::Integer(*value),
        });
        set.map_err(|cause| format!("{name}={value} was refused: {cause}"))
    };
    wanted
        .iter()
        .filter_map(|each| set_one(each).err())
        .collect()
}

fn settable(device: &Device) -> Vec<Description> {
    let mut controls = device.query_controls().unwrap_or_default();
    controls.retain(|control| {
        matches!(
            control.typ,
            Type::Integer
                | Type::Integer64
                | Type::Boolean
                | Type::Menu
                | Type::IntegerMenu
                | Type::Bitmask
        ) && !control.flags.intersects(Flags::DISABLED | Flags::READ_ONLY)
    });
    controls
}

fn value(device: &Device, control: &Description) -> Option<i64> {
    match device.control(control.id).ok()?.value {
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
