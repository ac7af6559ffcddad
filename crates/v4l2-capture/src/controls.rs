//! Controls, also those of a type that is newer than this program: what they are is told, and those that are numbers are
//! got and set.

use std::io;

use v4l::{
    Device,
    v4l_sys::{
        V4L2_CTRL_FLAG_NEXT_COMPOUND, V4L2_CTRL_FLAG_NEXT_CTRL, v4l2_ext_control,
        v4l2_ext_controls, v4l2_query_ext_ctrl, v4l2_querymenu,
    },
};

use crate::ioctl::{
    G_EXT_CTRLS, QUERY_EXT_CTRL, QUERYMENU, Request, S_EXT_CTRLS, call, call_raw, zeroed,
};

/// More than any camera has: a driver that never ends the list must not keep us.
const CONTROLS_MAX: usize = 1024;

/// More choices than any menu has.
const CHOICES_MAX: i64 = 256;

/// Source: `enum v4l2_ctrl_type`.
const INTEGER64: u32 = 5;
const MENU: u32 = 3;
const INTEGER_MENU: u32 = 9;

/// One control, as the driver tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    id: u32,
    /// `enum v4l2_ctrl_type`.
    pub kind: u32,
    /// What a person calls it, as far as it is text.
    pub name: String,
    /// The least number that it takes.
    pub minimum: i64,
    /// The greatest number that it takes.
    pub maximum: i64,
    /// What it is unless it is set.
    pub default: i64,
    /// `V4L2_CTRL_FLAG_*`.
    pub flags: u32,
}

/// All controls of `device`, in the order of their numbers.
#[must_use]
pub fn controls(device: &Device) -> Vec<Control> {
    let mut found: Vec<Control> = Vec::new();
    while found.len() < CONTROLS_MAX {
        let last = found.last().map_or(0, |control| control.id);
        let mut asked: v4l2_query_ext_ctrl = zeroed();
        asked.id = last | V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND;
        let told = call(&device.handle(), &QUERY_EXT_CTRL, &mut asked);
        // The next one has a greater number, or there is none.
        if told.is_err() || asked.id <= last {
            break;
        }
        found.push(Control {
            id: asked.id,
            kind: asked.type_,
            name: text(&asked.name.map(|letter| letter as u8)),
            minimum: asked.minimum,
            maximum: asked.maximum,
            default: asked.default_value,
            flags: asked.flags,
        });
    }
    found
}

impl Control {
    /// Numbers and what they stand for, where it is a choice. Some numbers within the bounds may stand for nothing.
    #[expect(
        unsafe_code,
        reason = "a union: which part counts is known by the type"
    )]
    #[must_use]
    pub fn choices(&self, device: &Device) -> Vec<(i64, String)> {
        if ![MENU, INTEGER_MENU].contains(&self.kind) {
            return Vec::new();
        }
        let last = self.maximum.min(self.minimum.saturating_add(CHOICES_MAX));
        let choice = |number: i64| {
            let mut asked: v4l2_querymenu = zeroed();
            (asked.id, asked.index) = (self.id, u32::try_from(number).ok()?);
            call(&device.handle(), &QUERYMENU, &mut asked).ok()?;
            let told = { asked.__bindgen_anon_1 };
            let meaning = if self.kind == MENU {
                // SAFETY: bytes are valid whatever they are.
                text(&unsafe { told.name })
            } else {
                // SAFETY: any bits are a number.
                unsafe { told.value }.to_string()
            };
            Some((number, meaning))
        };
        (self.minimum..=last).filter_map(choice).collect()
    }

    /// What it is now.
    ///
    /// # Errors
    /// What the driver answers.
    pub fn value(&self, device: &Device) -> io::Result<i64> {
        self.exchange(device, &G_EXT_CTRLS, 0)
    }

    /// Sets it.
    ///
    /// # Errors
    /// `EINVAL` or `ERANGE` where it does not take the number; else what the driver answers.
    pub fn set(&self, device: &Device, value: i64) -> io::Result<()> {
        self.exchange(device, &S_EXT_CTRLS, value).map(drop)
    }

    #[expect(unsafe_code, reason = "a structure that points to another, and unions")]
    fn exchange(
        &self,
        device: &Device,
        request: &Request<v4l2_ext_controls>,
        value: i64,
    ) -> io::Result<i64> {
        // SAFETY: all of them are numbers, or pointers that are null and not looked at.
        let (mut one, mut all) = unsafe {
            (
                std::mem::zeroed::<v4l2_ext_control>(),
                std::mem::zeroed::<v4l2_ext_controls>(),
            )
        };
        let wide = self.kind == INTEGER64;
        one.id = self.id;
        if wide {
            one.__bindgen_anon_1.value64 = value;
        } else {
            one.__bindgen_anon_1.value = i32::try_from(value).map_err(io::Error::other)?;
        }
        (all.count, all.controls) = (1, &raw mut one);
        // SAFETY: what is pointed to is the one control that `count` says, and it outlives the call.
        unsafe { call_raw(&device.handle(), request, &mut all) }?;
        let told = { one.__bindgen_anon_1 };
        // SAFETY: any bits are a number; of which width is known by the type.
        Ok(unsafe {
            if wide {
                told.value64
            } else {
                told.value.into()
            }
        })
    }
}

/// A name as the kernel has it: it may be cut in the middle of a letter.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0);
    String::from_utf8_lossy(&bytes[..end.unwrap_or(bytes.len())]).into_owned()
}
