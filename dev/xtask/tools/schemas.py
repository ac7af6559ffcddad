"""Holds every object of rendered manifests against the schemas of several Kubernetes, in one process.

    schemas.py FIRST LAST FILE...

Versions as 1.31 1.37. An object that is in several files is looked at once. What the API server learns from others
(custom resources) has no schema there; such kinds are named and must be among CUSTOM, or it is a spelling mistake.
"""

import functools
import json
import sys

import kubernetes_validate
import yaml
from kubernetes_validate import utils

CUSTOM = {
    "gateway.networking.k8s.io/v1",
    "monitoring.coreos.com/v1",
    "keda.sh/v1alpha1",
}

# Each schema is read from disk at every look without this.
utils.schema_contents = functools.lru_cache(maxsize=None)(utils.schema_contents)


def objects(files):
    """Every different object with the file it was first seen in."""
    seen = {}
    for file in files:
        with open(file, encoding="utf-8") as text:
            for data in yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
                if data:
                    seen.setdefault(json.dumps(data, sort_keys=True), (file, data))
    return seen.values()


def main(first, last, *files):
    wanted = [f"1.{minor}" for minor in range(int(first[2:]), int(last[2:]) + 1)]
    wrong, looked, custom = [], 0, set()
    for file, data in objects(files):
        if data["apiVersion"] in CUSTOM:
            custom.add(data["kind"])
            continue
        for version in wanted:
            looked += 1
            try:
                kubernetes_validate.validate(data, version, strict=True)
            except Exception as error:  # pylint: disable=broad-except
                message = getattr(error, "message", str(error))
                wrong.append(f"{file}: {data['kind']}/{data['metadata']['name']} for {version}: {message}")
    print(f"{looked} looks for {first} to {last}; without a schema: {', '.join(sorted(custom)) or 'none'}")
    for line in wrong:
        print(line)
    return 1 if wrong or not looked else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
