//! Role × operation, as people read it. A change of a role, of what an operation needs, or a new operation shows in
//! review as a change of the golden file. Bless: `INSTA_UPDATE=always`.

use bailiwick_access::Role;

use super::{
    callers::{self, Sight},
    operations::{self, Needs},
};

fn needs(needs: Needs) -> String {
    match needs {
        Needs::Of(permission) => permission.to_string(),
        Needs::OnItself(permission) => format!("{permission}, own"),
        Needs::FromAbove(permission) => format!("{permission}, above"),
        Needs::Deciding(permission) => format!("{permission}, all"),
        Needs::SeeingAll(permission) => format!("{permission}, all seen"),
        Needs::Platform => "(platform)".to_owned(),
        Needs::PlatformOr(permission) => format!("{permission}, or platform"),
        Needs::ByPlatform(permission) => format!("{permission}, platform"),
        Needs::AtRoot(permission) => format!("{permission}, root"),
        Needs::SignedIn => "(signed in)".to_owned(),
        Needs::Person | Needs::Own => "(oneself)".to_owned(),
        Needs::Nobody => "(nothing)".to_owned(),
    }
}

fn mark(sight: Sight, needs: Needs) -> &'static str {
    let done = match (sight, needs) {
        (Sight::Own(may) | Sight::FromAbove(may), Needs::PlatformOr(needed)) => may.contains(needed),
        (Sight::Own(may) | Sight::FromAbove(may), Needs::Of(needed)) | (Sight::Own(may), Needs::OnItself(needed)) => {
            may.contains(needed)
        }
        (Sight::FromAbove(may), Needs::Deciding(_)) => may == bailiwick_access::Permissions::all(),
        (Sight::FromAbove(may), Needs::FromAbove(needed)) => may.contains(needed),
        (Sight::Own(may) | Sight::FromAbove(may), Needs::SeeingAll(needed)) => callers::sees_all(may, needed),
        (_, Needs::OnItself(_) | Needs::FromAbove(_) | Needs::Platform | Needs::ByPlatform(_) | Needs::AtRoot(_)) => {
            false
        }
        (_, Needs::SignedIn | Needs::Person | Needs::Own | Needs::Nobody) => true,
        _ => false,
    };
    if done { "yes" } else { "-" }
}

#[test]
fn which_operation_each_role_may_do_is_as_agreed() {
    let mut operations = operations::all();
    operations.sort_by(|a, b| (&a.path, a.method.as_str()).cmp(&(&b.path, b.method.as_str())));
    let mut columns: Vec<(String, Sight)> =
        Role::ALL.into_iter().map(|role| (role.to_string(), Sight::Own(role.permissions()))).collect();
    let dealer = Sight::FromAbove(Role::Owner.permissions());
    columns.push(("dealer".to_owned(), dealer));
    columns.push(("platform".to_owned(), Sight::FromAbove(callers::platform())));
    let width = operations.iter().map(|operation| operation.path.len()).max().unwrap_or_default();
    let mut lines = vec![format!("{:<7}{:<width$} {:<26}", "", "", "needs")];
    lines.extend(
        operations.iter().map(|o| format!("{:<7}{:<width$} {:<26}", o.method.as_str(), o.path, needs(o.needs))),
    );
    for (name, sight) in columns {
        lines[0].push_str(&format!("{name:<11}"));
        for (line, operation) in lines.iter_mut().skip(1).zip(&operations) {
            line.push_str(&format!("{:<11}", mark(sight, operation.needs)));
        }
    }
    let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    insta::assert_snapshot!("operations", lines.join("\n"));
}
