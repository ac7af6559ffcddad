//! PURE: versions as programs and packages tell them.

/// The first `a.b` of `nats-server: v2.15.1`, `v20.20.2`, `Chromium 156.0.8078.79 …`, `2:10.19.0~dfsg-6`.
pub(super) fn first_version(text: &str) -> Option<(u32, u32)> {
    text.split(|character: char| !(character.is_ascii_digit() || character == '.'))
        .find_map(|word| {
            let mut numbers = word.split('.').map(str::parse);
            Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
        })
}

#[cfg(test)]
mod tests {
    use super::first_version;

    #[test]
    fn a_version_is_found_in_what_programs_and_packages_say() {
        assert_eq!(first_version("nats-server: v2.15.1\n"), Some((2, 15)));
        assert_eq!(first_version("v20.20.2"), Some((20, 20)));
        assert_eq!(
            first_version("Chromium 156.0.8078.79 built on Debian"),
            Some((156, 0))
        );
        assert_eq!(first_version("2:10.19.0~dfsg-6"), Some((10, 19)));
        assert_eq!(first_version("(none)"), None);
    }
}
