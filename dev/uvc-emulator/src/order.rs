//! What may be asked of the camera, one order for each line.

use std::{str::FromStr, time::Duration};

/// One line of the FIFO.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// `plug [port]`: ports 0 and 1.
    Plug(usize),
    /// `unplug [port]`.
    Unplug(usize),
    /// Everything that changes how a plugged camera behaves.
    Behave(Change),
}

/// A change of behaviour; it lasts until the next of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// `stall`, `resume`: stay plugged in and send nothing.
    Stall(bool),
    /// `mute`, `answer`: not even answer, so that calls into the driver do not return.
    Mute(bool),
    /// `short <frames>`: the next frames end half way.
    Short(u32),
    /// `flag <frames>`: the next frames carry UVC's error bit.
    Flag(u32),
    /// `spoil <frames>`: the next frames are whole but damaged in the middle.
    Spoil(u32),
    /// `bare <frames>`: the next JPEGs come without their Huffman tables, as many cameras' do.
    Bare(u32),
    /// `pace <fps>`: send no more than that, whatever was agreed, as in dim light; 0 ends it.
    Pace(u32),
    /// `warm <ms>`: send the first frame of a stream so late.
    Warm(Duration),
}

impl FromStr for Order {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let (word, number) = line.trim().split_once(' ').unwrap_or((line.trim(), "0"));
        let number: u32 = number
            .parse()
            .map_err(|_| format!("{line:?} has no number after its word"))?;
        let port = || {
            if number < 2 {
                Ok(number as usize)
            } else {
                Err(format!("{line:?}: there are ports 0 and 1"))
            }
        };
        Ok(match word {
            "plug" => Self::Plug(port()?),
            "unplug" => Self::Unplug(port()?),
            "stall" => Self::Behave(Change::Stall(true)),
            "resume" => Self::Behave(Change::Stall(false)),
            "mute" => Self::Behave(Change::Mute(true)),
            "answer" => Self::Behave(Change::Mute(false)),
            "short" => Self::Behave(Change::Short(number)),
            "flag" => Self::Behave(Change::Flag(number)),
            "spoil" => Self::Behave(Change::Spoil(number)),
            "bare" => Self::Behave(Change::Bare(number)),
            "pace" => Self::Behave(Change::Pace(number)),
            "warm" => Self::Behave(Change::Warm(Duration::from_millis(number.into()))),
            _ => return Err(format!("{line:?} is no order")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_words_with_a_number_where_they_need_one() {
        assert_eq!("plug".parse(), Ok(Order::Plug(0)));
        assert_eq!("unplug 1".parse(), Ok(Order::Unplug(1)));
        assert_eq!("short 5\n".parse(), Ok(Order::Behave(Change::Short(5))));
        assert!("plug 7".parse::<Order>().is_err());
        assert!("dance".parse::<Order>().is_err());
        assert!("short many".parse::<Order>().is_err());
    }
}
