# SPDX-License-Identifier: GPL-2.0-only
"""Are the manifests what Kubernetes takes, as far as they go, and do they fit each other? usage: kubernetes.py SCHEMA FOLDER"""
import json
import sys

import jsonschema
import yaml

schema = json.load(open(sys.argv[1]))
failures = 0


def check(document):
    validator = jsonschema.Draft7Validator({**schema, "$ref": "#/definitions/" + document.get("kind", "none")} if document.get("kind") in schema["definitions"] else False)
    return [error.json_path + ": " + error.message for error in validator.iter_errors(document)]


daemonset = yaml.safe_load(open(sys.argv[2] + "/daemonset.yaml"))
configmap = yaml.safe_load(open(sys.argv[2] + "/configmap.yaml"))
for document in (daemonset, configmap):
    for error in check(document):
        failures += 1
        print(document.get("kind"), error)

pod = daemonset["spec"]["template"]
container, = pod["spec"]["containers"]
same = [
    ("selector", daemonset["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()),
    ("namespace", daemonset["metadata"]["namespace"] == configmap["metadata"]["namespace"]),
    ("mounts", {m["name"] for m in container["volumeMounts"]} == {v["name"] for v in pod["spec"]["volumes"]}),
    ("policy", [v["configMap"] for v in pod["spec"]["volumes"] if "configMap" in v] == [{"name": configmap["metadata"]["name"], "items": [{"key": k, "path": k} for k in configmap["binaryData"]]}]),
    ("options", container["env"][0]["valueFrom"]["configMapKeyRef"] == {"name": configmap["metadata"]["name"], "key": "options"} and "options" in configmap["data"]),
    ("port", pod["metadata"]["annotations"]["prometheus.io/port"] == str(container["ports"][0]["containerPort"]) and configmap["data"]["options"].endswith(":%d" % container["ports"][0]["containerPort"])),
]
for name, holds in same:
    if not holds:
        failures += 1
        print("the manifests do not agree about", name)

# A schema that takes everything would prove nothing.
for name, change in (("a misspelt member", lambda d: d["spec"].update(tempIate={})), ("no selector", lambda d: d["spec"].pop("selector")), ("a port as text", lambda d: d["spec"]["template"]["spec"]["containers"][0]["ports"][0].update(containerPort="9273")),
                     ("an unknown capability", lambda d: d["spec"]["template"]["spec"]["containers"][0]["securityContext"]["capabilities"].update(add=["CAP_BPF"])), ("a volume of no kind", lambda d: d["spec"]["template"]["spec"]["volumes"][0].pop("configMap"))):
    document = yaml.safe_load(open(sys.argv[2] + "/daemonset.yaml"))
    change(document)
    if not check(document):
        failures += 1
        print("the schema takes", name)
sys.exit(1 if failures else 0)
