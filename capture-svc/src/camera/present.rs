//! Whether a source is there, found out without opening it: the look costs nobody a picture.

use super::{exec, source::SourceSpec, v4l2::device};

/// Whether there is what `source` names. What only an opening can tell counts as there.
#[must_use]
pub(crate) fn is_present(source: &SourceSpec) -> bool {
    match source {
        SourceSpec::Auto | SourceSpec::Pattern | SourceSpec::Http(_) => true,
        SourceSpec::Index(index) => std::path::Path::new(&format!("/dev/video{index}")).exists(),
        SourceSpec::Path(path) | SourceSpec::File(path) => path.exists(),
        SourceSpec::Name(part) => {
            let part = part.to_lowercase();
            device::nodes()
                .iter()
                .any(|node| node.name.to_lowercase().contains(&part))
        }
        SourceSpec::Exec(command) => exec::is_there(command),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_there_or_not_and_nobody_opened_it() {
        for (source, there) in [
            ("pattern", true),
            ("auto", true),
            ("http://camera/stream", true),
            ("/dev/null", true),
            ("/dev/video-none", false),
            ("name:no such camera", false),
            ("file:/no/such/file.mjpeg", false),
            ("exec:sh -c 'exit 1'", true),
            ("exec:no-such-program", false),
        ] {
            assert_eq!(is_present(&source.parse().unwrap()), there, "{source}");
        }
    }
}
