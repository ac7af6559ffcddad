//! Questions to a driver through a library that panics when it does not know the answer. Kernels and cameras are newer
//! than libraries: such a panic is an answer that cannot be read, and no fault of this program.

use std::{
    any::Any,
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook},
    sync::Once,
};

thread_local! {
    static ASKING: Cell<bool> = const { Cell::new(false) };
}

/// Asks. Of a panic nothing is printed, since nobody has to do anything about it.
///
/// # Errors
/// The library's words for an answer that it cannot read.
pub(crate) fn ask<T>(question: impl FnOnce() -> T) -> Result<T, String> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let loud = take_hook();
        set_hook(Box::new(move |panic| {
            if !ASKING.get() {
                loud(panic);
            }
        }));
    });
    let before = ASKING.replace(true);
    // What a question leaves half done is the library's own, and is dropped with it.
    let answer = catch_unwind(AssertUnwindSafe(question));
    ASKING.set(before);
    answer.map_err(|panic| words(&*panic))
}

/// What a panic says.
pub(crate) fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or(panic.downcast_ref::<&str>().copied());
    text.unwrap_or("an answer that cannot be read").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_answer_that_cannot_be_read_and_the_next_question_is_asked_all_the_same() {
        let unread: Result<(), String> = ask(|| panic!("type {}", 263));
        assert_eq!(unread, Err("type 263".into()));
        assert_eq!(ask(|| 7), Ok(7));
        assert!(!ASKING.get(), "panics of the program itself are heard");
    }
}
