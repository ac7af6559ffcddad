//! The release's workflow as far as its steps are shell: which jobs, which steps, what they are told.

use std::path::Path;

/// A job, in the order of the file, which is that of their needs.
#[derive(Debug, Default)]
pub(crate) struct Job {
    pub(crate) name: String,
    /// Where the default shell is another.
    pub(crate) in_container: bool,
    pub(crate) steps: Vec<Step>,
}

#[derive(Debug, Default)]
pub(crate) struct Step {
    pub(crate) id: Option<String>,
    /// None: an action.
    pub(crate) script: Option<String>,
}

pub(crate) fn jobs() -> Vec<Job> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.github/workflows/release.yml");
    let text = std::fs::read_to_string(file).expect("the workflow");
    let jobs = read(&text);
    let scripts = jobs
        .iter()
        .flat_map(|job| &job.steps)
        .filter(|step| step.script.is_some());
    assert_eq!(
        scripts.count(),
        text.matches("run: ").count(),
        "every step was read"
    );
    jobs
}

/// By its indentation: 2 for a job, 6 for a step, 8 for what a step has, more for the lines of a script.
fn read(text: &str) -> Vec<Job> {
    let (_, text) = text.split_once("\njobs:\n").expect("jobs");
    let mut jobs: Vec<Job> = Vec::new();
    let mut in_script = false;
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let words = line.trim();
        if words.is_empty() || words.starts_with('#') && !in_script {
            continue;
        }
        if indent == 2 {
            let name = words.trim_end_matches(':').to_owned();
            jobs.push(Job {
                name,
                ..Job::default()
            });
            continue;
        }
        let job = jobs.last_mut().expect("a job");
        if indent == 4 {
            job.in_container |= words.starts_with("container:");
        }
        if indent == 6 && words.starts_with("- ") {
            job.steps.push(Step::default());
        }
        let Some(step) = job.steps.last_mut() else {
            continue;
        };
        if indent > 8 {
            if let (true, Some(script)) = (in_script, &mut step.script) {
                script.push_str(line.get(10..).unwrap_or_default());
                script.push('\n');
            }
            continue;
        }
        let words = words.strip_prefix("- ").unwrap_or(words);
        in_script = words == "run: |";
        if in_script {
            step.script = Some(String::new());
        } else if let Some(script) = words.strip_prefix("run: ") {
            step.script = Some(script.to_owned());
        } else if let Some(id) = words.strip_prefix("id: ") {
            step.id = Some(id.to_owned());
        }
    }
    jobs
}

/// `script` with the values of its expressions; one that is not known here is a mistake there.
pub(crate) fn fill_in(script: &str, target: &str, outputs: &[(String, String)]) -> String {
    let mut parts = script.split("${{");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (expression, rest) = part.split_once("}}").expect("an expression ends");
        let expression = expression.trim();
        let output = outputs.iter().find(|(name, _)| name == expression);
        let value = match (expression, output) {
            ("matrix.target", _) if !target.is_empty() => target,
            (_, Some((_, value))) => value,
            _ => panic!("nothing gives {expression}"),
        };
        filled.push_str(value);
        filled.push_str(rest);
    }
    filled
}
