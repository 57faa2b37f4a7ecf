# SPDX-License-Identifier: GPL-2.0-only
# Which programs do the tests run, and which files are tests?
import os
import shutil

import lit.formats

config.name = "scx"
config.test_format = lit.formats.ShTest(False)
config.suffixes = [".scx", ".test"]
config.excludes = ["inputs"]
lit_config.parallelism_groups["kernel"] = 1 # see kernel/lit.local.cfg
config.test_source_root = os.path.dirname(__file__)
root = os.path.dirname(config.test_source_root)

build = os.path.abspath(lit_config.params.get("build", os.path.join(root, "build")))
config.test_exec_root = os.path.join(build, "test")
config.environment["SCX_ROOT"] = root
config.environment["SCXC_VERIFY_IR"] = "1"
for name in ("SCX_TEST_KERNEL", "SCX_CACHE"): # lit starts tests with an environment of its own
    if name in os.environ:
        config.environment[name] = os.environ[name]

if not os.path.exists(os.path.join(build, "bin", "scxc")):
    lit_config.fatal("no scxc in %s/bin; build it first, or name the build with -D build=FOLDER" % build)


def tool(name):
    for version in ("22", "19"):
        path = shutil.which("%s-%s" % (name, version)) or shutil.which(name, path="/usr/lib/llvm-%s/bin" % version)
        if path:
            return path
    lit_config.fatal("no %s of LLVM 22 or 19; run scripts/setup" % name)


cache = os.environ.get("SCX_CACHE", os.path.expanduser("~/.cache/scx"))
kernel = os.environ.get("SCX_TEST_KERNEL", os.path.join(cache, "kernel", "bzImage"))

config.substitutions += [
    ("%scxc", os.path.join(build, "bin", "scxc")),
    ("%scxsim", os.path.join(build, "bin", "scxsim")),
    ("%scxrun", os.path.join(build, "bin", "scxrun")),
    ("%replay", os.path.join(build, "bin", "sim-view-replay")),
    ("%figures", os.path.join(build, "bin", "sim-view-figures")),
    ("%simprobe", os.path.join(build, "bin", "sim-probe")),
    ("%bpfcc", "clang-22 -target bpf -mcpu=v4 -fno-jump-tables -O2 -g -Wall -Werror -Wno-unused-variable -I " + os.path.join(root, "runtime", "sim", "kernel") + " -I " + os.path.join(config.test_source_root, "sim", "kernel", "inputs") + " -c"),
    ("%objcopy", tool("llvm-objcopy")),
    ("%FileCheck", tool("FileCheck")),
    ("%objdump", tool("llvm-objdump")),
    ("%nm", tool("llvm-nm")),
    ("%bpftool", os.path.join(cache, "bpftool")),
    ("%clang", tool("clang")),
    ("%cache", cache),
    ("%kernel_btf", os.path.join(os.path.dirname(kernel), "vmlinux.btf")),
    ("%verify", "python3 " + os.path.join(config.test_source_root, "diagnostics", "verify.py") + " --scxc " + os.path.join(build, "bin", "scxc")),
    ("%fuzzers", os.path.join(os.path.abspath(lit_config.params.get("fuzz", os.path.join(root, "build", "fuzz"))), "bin")),
    ("%arch", os.uname().machine),
    ("%build", build),
    ("%root", root),
]
