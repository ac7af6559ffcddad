//! Who may import whom.

use repo_checks::Crate;
#[test]
fn show() {
    for root in ["capture-svc/src/lib.rs", "gateway-svc/src/lib.rs"] {
        let mut rooms = std::collections::BTreeMap::<String, std::collections::BTreeSet<String>>::new();
        for arrow in Crate::read(root).arrows() {
            if arrow.rooms.0 != arrow.rooms.1 { rooms.entry(arrow.rooms.0).or_default().insert(arrow.rooms.1); }
        }
        println!("{root} {rooms:#?}");
    }
}
