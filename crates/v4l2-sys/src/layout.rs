//! How structures and numbers are written down here: once for the compiler, and once for the test of them.

/// One of C's structures, and a table of what the test compares.
macro_rules! structures {
    ($table:ident; $($kind:tt $name:ident { $($field:ident: $of:ty,)* })*) => {
        $(structures! { @ $kind $name { $($field: $of,)* } })*
        #[cfg(test)]
        pub(crate) static $table: &[$crate::layout::tests::Layout] = &[
            $((
                stringify!($name),
                size_of::<$name>(),
                &[$((stringify!($field), std::mem::offset_of!($name, $field))),*],
            )),*
        ];
    };
    (@ struct $name:ident { $($field:ident: $of:ty,)* }) => {
        #[repr(C)]
        #[derive(Clone, Copy)]
        pub struct $name { $(pub $field: $of,)* }
    };
    (@ packed $name:ident { $($field:ident: $of:ty,)* }) => {
        #[repr(C, packed)]
        #[derive(Clone, Copy)]
        pub struct $name { $(pub $field: $of,)* }
    };
    (@ union $name:ident { $($field:ident: $of:ty,)* }) => {
        #[repr(C)]
        #[derive(Clone, Copy)]
        pub union $name { $(pub $field: $of,)* }
    };
}

/// Numbers, and a table of them.
macro_rules! numbers {
    ($table:ident; $($name:ident: $of:ty = $number:expr;)*) => {
        $(pub const $name: $of = $number;)*
        #[cfg(test)]
        pub(crate) static $table: &[(&str, u32)] = &[$((stringify!($name), $name)),*];
    };
}

#[cfg(test)]
pub(crate) mod tests {
    use std::{
        fmt::Write as _,
        io::Write as _,
        process::{Command, Stdio},
    };

    /// A structure's name, its size, and where its parts are.
    pub(crate) type Layout = (&'static str, usize, &'static [(&'static str, usize)]);

    /// Whether C has such a name: unions without one were given one by bindgen.
    fn is_of_c(name: &str) -> bool {
        !name.contains("__bindgen")
    }

    #[test]
    fn every_structure_and_number_is_what_the_kernels_header_says() {
        let mut program = "#include <sys/time.h>\n#include <linux/videodev2.h>\n\
            #define HAS(what, is) _Static_assert((what) == (is), #what \" is not \" #is);\n"
            .to_owned();
        let structures = [
            crate::buffer::BUFFER,
            crate::control::CONTROL,
            crate::device::DEVICE,
            crate::format::FORMAT,
            crate::other::OTHER,
        ];
        for &(name, size, parts) in structures.into_iter().flatten() {
            if !is_of_c(name) {
                continue;
            }
            writeln!(program, "HAS(sizeof(struct {name}), {size})").expect("a String takes it");
            for (part, place) in parts.iter().filter(|(part, _)| is_of_c(part)) {
                // Words of Rust have an underscore more.
                let part = part.trim_end_matches('_');
                writeln!(
                    program,
                    "HAS(__builtin_offsetof(struct {name}, {part}), {place})"
                )
                .expect("a String takes it");
            }
        }
        for (name, number) in crate::constants::NUMBERS {
            // Those of an enumeration have its name before them.
            let name = name.find("_V4L2_").map_or(*name, |at| &name[at + 1..]);
            writeln!(program, "HAS((unsigned){name}, {number}u)").expect("a String takes it");
        }
        let mut compiler = Command::new("cc")
            .args(["-fsyntax-only", "-x", "c", "-"])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a compiler of C, which Rust links with");
        let mut source = compiler.stdin.take().expect("it is piped");
        source.write_all(program.as_bytes()).expect("it reads");
        drop(source);
        let said = compiler.wait_with_output().expect("it ends");
        assert!(
            said.status.success(),
            "{}",
            String::from_utf8_lossy(&said.stderr)
        );
    }

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn sizes_that_are_in_the_numbers_of_requests_are_those_of_64_bits() {
        assert_eq!(size_of::<crate::v4l2_buffer>(), 88);
        assert_eq!(size_of::<crate::v4l2_format>(), 208);
        assert_eq!(size_of::<crate::v4l2_ext_controls>(), 32);
    }
}
