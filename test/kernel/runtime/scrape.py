# SPDX-License-Identifier: GPL-2.0-only
"""Prometheus scrapes a running scxrun: usage: scrape.py PORT NAMES. Each family named in the file NAMES is there with the right type, and values move."""
import json
import os
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request

port, names = sys.argv[1:]
FOLDER = "/run/prometheus"
os.makedirs(FOLDER)
open(FOLDER + "/config.yml", "w").write("""
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: scx
    static_configs: [{targets: ["127.0.0.1:%s"]}]
""" % port)


def get(path, of=9090):
    return urllib.request.urlopen("http://127.0.0.1:%s%s" % (of, path), timeout=20).read().decode()


def query(expression):
    answer = json.loads(get("/api/v1/query?query=" + urllib.parse.quote(expression)))
    assert answer["status"] == "success", answer
    return answer["data"]["result"]


def value(expression):
    result = query(expression)
    assert len(result) == 1, (expression, result)
    return float(result[0]["value"][1])


def until(what, holds):
    last = None
    for _ in range(120):
        try:
            if holds():
                return
        except (OSError, AssertionError) as error:
            last = error
        time.sleep(0.5)
    sys.exit("not within a minute: %s (%s)\n%s" % (what, last, open(FOLDER + "/log").read()[-3000:]))


with open(FOLDER + "/log", "w") as log:
    server = subprocess.Popen(["prometheus", "--config.file=" + FOLDER + "/config.yml", "--storage.tsdb.path=" + FOLDER + "/data", "--web.listen-address=127.0.0.1:9090"], stdout=log, stderr=log)
try:
    until("four scrapes", lambda: value('sum_over_time(up[1m])') >= 4)
    assert value("up") == 1 and value("min_over_time(up[1m])") == 1, query("up[1m]")
    types = json.loads(get("/api/v1/metadata"))["data"]
    for line in open(names):
        family, kind = line.split()
        found = types.get(family)
        assert found and found[0]["type"] == kind, (family, kind, found)
    extra = set(types) - {line.split()[0] for line in open(names)}
    assert not {name for name in extra if name.startswith("scx_")}, extra
    assert query("scx_policy_info")[0]["metric"]["policy"] == "histograms"
    assert value('sum(rate(scx_queue_runs_total[30s]))') > 0
    assert 0 < value('sum(scx_queue_cpu_seconds_total)') < 1000
    assert 0 < value('histogram_quantile(0.99, sum by (le) (scx_queue_wait_seconds_bucket))') < 60
    assert value('scx_queue_wait_seconds_bucket{queue="high",le="+Inf"}') >= value('scx_queue_wait_seconds_bucket{queue="high",le="0.001048576"}')
    assert value('sum(scx_rule_hits_total)') > 0
    edges = [float(r["metric"]["le"]) for r in query('scx_policy_histogram_seconds_bucket{histogram="%s"}' % query('scx_policy_histogram_seconds_bucket')[0]["metric"]["histogram"]) if r["metric"]["le"] != "+Inf"]
    assert all(0 < e < 1 for e in edges), edges
    for name, wanted in (("numbers", {"4": 5, "9": 10, "+Inf": 21}), ("powers", {"0": 1, "3": 1, "7": 2, "+Inf": 2})):  # what the policy gave them once
        for edge, count in wanted.items():
            assert value('scx_policy_histogram_bucket{histogram="%s",le="%s"}' % (name, edge)) == count, (name, edge, query("scx_policy_histogram_bucket"))
    text = get("/metrics", port)
    assert text.endswith("# EOF\n") and not re.search(r" (nan|inf)$", text, re.M), text[-300:]
    for path in ("/", "/metricsx"):
        try:
            get(path, port)
            sys.exit("%s is answered" % path)
        except urllib.error.HTTPError as error:
            assert error.code == 404, error
    print("scraped %d times, %d bytes" % (value("sum_over_time(up[5m])"), len(text)))
finally:
    server.kill()
