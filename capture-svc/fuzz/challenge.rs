//! What must hold of the login, for any bytes as what a camera asks for.

use super::{Login, NoLogin, Password};

/// Each line is one `WWW-Authenticate`.
pub(crate) fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let who = ("user".to_owned(), Password::new("geheim".to_owned()));
    let mut login = Login::new(Some(who));
    assert!(login.answer("/", "cnonce").is_none(), "nobody asked");
    match login.asked(text.lines(), false) {
        Ok(()) => {
            let answer = login.answer("/x?y", "cnonce").expect("it was asked");
            assert!(!answer.contains("geheim"), "{answer}");
            let (scheme, rest) = answer.split_once(' ').expect("a scheme");
            assert!(scheme == "Basic" || scheme == "Digest");
            assert!(scheme == "Basic" || rest.matches("response=\"").count() >= 1);
            assert!(login.answer("/x?y", "cnonce").is_some());
            let again = login.asked(text.lines(), true);
            assert!(matches!(again, Ok(()) | Err(NoLogin::Refused)));
        }
        Err(why) => assert!(matches!(why, NoLogin::Unknown(_)), "{why:?}"),
    }
    let nobody = Login::new(None).asked(text.lines(), false);
    assert!(nobody == Err(NoLogin::Nobody));
}
