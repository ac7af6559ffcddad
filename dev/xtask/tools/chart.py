"""Lints deploy/chart and renders it with every file of values in its folder `ci`, through Helm's own library.

    chart.py CHART FOLDER

FOLDER gets chart-NAME.yaml for ci/NAME.yaml. Values that the schema must refuse are tried, too.
"""

import contextlib
import os
import pathlib
import sys

import helm_python as helm

# What a person may type, and what the refusal has to name.
WRONG = [
    ('{"ha": "yes"}', "ha"),
    ('{"camera": {"device": "usb"}}', "device"),
    ('{"cameras": [{"name": "Yard!"}]}', "name"),
    ('{"autoscaling": {"by": "cpus"}}', "by"),
    ('{"dor": {"kind": "ingress"}}', "dor"),
]


@contextlib.contextmanager
def quiet():
    """The library says at every look that a file is a link."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def defaults(schema, path=""):
    """Every value that the schema describes, by its path."""
    if "description" in schema:
        yield path, schema["default"]
    for name, inner in schema.get("properties", {}).items():
        if "description" not in schema:
            yield from defaults(inner, f"{path}.{name}" if path else name)


def at(values, path):
    for name in path.split("."):
        values = values.get(name, {})
    return values


def main(chart_path, folder):
    with quiet():
        faults = look(chart_path, folder)
    print(f"Helm {helm.helm_sdk_version()}: {len(WRONG)} wrong values refused")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def look(chart_path, folder):
    faults = []
    # What there is to say about values is said by each of them.
    report = helm.lint(chart_path, strict=True)
    faults += [str(message) for message in report.get("messages", []) if "INFO" not in str(message).upper()]
    with helm.Chart.load(chart_path) as chart:
        for path, value in defaults(chart.schema):
            if at(chart.values, path) != value:
                faults.append(f"{path}: values.schema.json says {value}, values.yaml {at(chart.values, path)}")
        for values in sorted(pathlib.Path(chart_path, "ci").glob("*.yaml")):
            given = helm.values_from_yaml(values.read_text(encoding="utf-8"))
            chart.validate_schema(given)
            rendered = chart.render(given, name="rero", namespace="rero")
            texts = [text for name, text in sorted(rendered.items()) if name.endswith(".yaml") and text.strip()]
            pathlib.Path(folder, f"chart-{values.stem}.yaml").write_text("\n---\n".join(texts), encoding="utf-8")
            notes = [text for name, text in rendered.items() if name.endswith("NOTES.txt")]
            if notes and "keys.sh" not in notes[0]:
                faults.append(f"{values.name}: NOTES.txt names no next step")
        for text, word in WRONG:
            try:
                chart.validate_schema(helm.values_from_yaml(text))
                faults.append(f"values.schema.json takes {text}")
            except helm.HelmError as error:
                if word not in str(error):
                    faults.append(f"{text}: refused without naming {word}: {error}")
    return faults


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
