//! A camera's controls: some of each kind that webcams have.

use std::{collections::HashMap, ffi::c_int};

use v4l::v4l_sys::{
    V4L2_CTRL_FLAG_NEXT_COMPOUND, V4L2_CTRL_FLAG_NEXT_CTRL, v4l2_ctrl_type_V4L2_CTRL_TYPE_BOOLEAN,
    v4l2_ctrl_type_V4L2_CTRL_TYPE_INTEGER, v4l2_ctrl_type_V4L2_CTRL_TYPE_INTEGER64,
    v4l2_ctrl_type_V4L2_CTRL_TYPE_MENU, v4l2_query_ext_ctrl, v4l2_queryctrl, v4l2_querymenu,
    v4l2_querymenu__bindgen_ty_1,
};

use crate::behaviour::Behaviour;

/// `V4L2_CTRL_TYPE_RECT`, in kernels from 2025 on. Types from 0x100 on are compound: not a number but a structure.
const RECTANGLE: u32 = 0x0107;
const COMPOUND: u32 = 0x0100;

struct Control {
    id: u32,
    kind: u32,
    name: &'static [u8],
    maximum: i64,
    default: i64,
    menu: &'static [&'static [u8]],
}

/// In the order of their numbers, as they are asked for.
const CONTROLS: [Control; 5] = [
    Control {
        id: 0x0098_0900,
        kind: v4l2_ctrl_type_V4L2_CTRL_TYPE_INTEGER,
        name: b"Brightness",
        maximum: 255,
        default: 128,
        menu: &[],
    },
    Control {
        id: 0x0098_0918,
        kind: v4l2_ctrl_type_V4L2_CTRL_TYPE_MENU,
        name: b"Power Line Frequency",
        maximum: 2,
        default: 1,
        menu: &[b"Disabled", b"50 Hz", b"60 Hz"],
    },
    Control {
        id: 0x009a_0903,
        kind: v4l2_ctrl_type_V4L2_CTRL_TYPE_BOOLEAN,
        name: b"Exposure, Dynamic Framerate",
        maximum: 1,
        default: 0,
        menu: &[],
    },
    Control {
        id: 0x009a_0910,
        kind: v4l2_ctrl_type_V4L2_CTRL_TYPE_INTEGER64,
        name: b"Pixel Rate",
        maximum: 9_000_000_000,
        default: 6_000_000_000,
        menu: &[],
    },
    Control {
        id: 0x009a_0924,
        kind: RECTANGLE,
        name: b"Region Of Interest Rectangle",
        maximum: 0,
        default: 0,
        menu: &[],
    },
];

pub(crate) struct Controls {
    behaviour: Behaviour,
    values: HashMap<u32, i64>,
}

impl Controls {
    pub(crate) fn of(behaviour: Behaviour) -> Self {
        Self {
            behaviour,
            values: HashMap::new(),
        }
    }

    fn there(&self) -> impl Iterator<Item = &'static Control> {
        let unknown = self.behaviour == Behaviour::UnknownControlType;
        CONTROLS
            .iter()
            .filter(move |control| control.kind < COMPOUND || unknown)
    }

    fn get(&self, id: u32) -> Result<&'static Control, c_int> {
        let found = self.there().find(|control| control.id == id);
        found.ok_or(libc::EINVAL)
    }

    /// The control that `id` names, or the next one of the kinds that its flags ask for.
    fn asked(&self, id: u32) -> Result<&'static Control, c_int> {
        let (simple, compound) = (V4L2_CTRL_FLAG_NEXT_CTRL, V4L2_CTRL_FLAG_NEXT_COMPOUND);
        let number = id & !(simple | compound);
        if number == id {
            return self.get(id);
        }
        let wanted = |control: &&Control| {
            let flag = if control.kind < COMPOUND {
                simple
            } else {
                compound
            };
            control.id > number && id & flag != 0
        };
        self.there().find(wanted).ok_or(libc::EINVAL)
    }

    fn name(&self, control: &Control) -> [u8; 32] {
        let mut name = [0; 32];
        name[..control.name.len()].copy_from_slice(control.name);
        if self.behaviour == Behaviour::BrokenControlName && !control.menu.is_empty() {
            name[control.name.len()] = 0xc3;
        }
        name
    }

    pub(crate) fn query(&self, into: &mut v4l2_queryctrl) -> Result<(), c_int> {
        let control = self.asked(into.id & !V4L2_CTRL_FLAG_NEXT_COMPOUND)?;
        (into.id, into.type_) = (control.id, control.kind);
        into.name = self.name(control);
        (into.minimum, into.maximum) = (0, control.maximum as i32);
        (into.step, into.default_value) = (1, control.default as i32);
        into.flags = 0;
        Ok(())
    }

    pub(crate) fn query_any(&self, into: &mut v4l2_query_ext_ctrl) -> Result<(), c_int> {
        let control = self.asked(into.id)?;
        (into.id, into.type_) = (control.id, control.kind);
        into.name = self.name(control).map(|letter| letter as _);
        (into.minimum, into.maximum) = (0, control.maximum);
        (into.step, into.default_value) = (1, control.default);
        into.flags = 0;
        Ok(())
    }

    pub(crate) fn query_menu(&self, into: &mut v4l2_querymenu) -> Result<(), c_int> {
        let menu = self.get(into.id)?.menu;
        let choice = menu.get(into.index as usize).ok_or(libc::EINVAL)?;
        let mut name = [0; 32];
        name[..choice.len()].copy_from_slice(choice);
        if self.behaviour == Behaviour::BrokenControlName {
            name[choice.len()] = 0xc3;
        }
        into.__bindgen_anon_1 = v4l2_querymenu__bindgen_ty_1 { name };
        Ok(())
    }

    pub(crate) fn value(&self, id: u32) -> Result<i64, c_int> {
        let control = self.get(id)?;
        Ok(self.values.get(&id).copied().unwrap_or(control.default))
    }

    pub(crate) fn set(&mut self, id: u32, value: i64) -> Result<(), c_int> {
        let control = self.get(id)?;
        if !(0..=control.maximum).contains(&value) {
            return Err(libc::ERANGE);
        }
        self.values.insert(id, value);
        Ok(())
    }
}
