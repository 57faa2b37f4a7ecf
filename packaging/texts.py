# SPDX-License-Identifier: GPL-2.0-only
"""Manual page and shell completions of a program, from what it says about itself: usage: texts.py PROGRAM FOLDER [EXTRA]

Runs PROGRAM --help and PROGRAM COMMAND --help (CLI11 writes both) and makes FOLDER/NAME.1, NAME.bash, _NAME (zsh) and NAME.fish. EXTRA is roff that the manual
page ends with: what no help can say."""
import dataclasses
import os
import re
import subprocess
import sys


@dataclasses.dataclass
class Option:
    names: list  # with their dashes; of a positional its name
    type: str    # empty: a flag
    choices: list
    text: str


@dataclasses.dataclass
class Command:
    name: str  # empty: the program itself
    text: str
    positionals: list
    options: list
    commands: list  # (name, text)


def entries(lines):
    """(left column, right column); a left column that is too long has its text on the next line."""
    rows = []
    for line in lines:
        if re.match(r"  \S", line):
            left, _, right = line[2:].partition("  ")
            rows.append([left.strip(), right.strip()])
        elif line.strip():
            rows[-1][1] = (rows[-1][1] + " " + line.strip()).strip()
    return rows


def option(left, text):
    names, _, kind = left.partition(" ")
    kind = kind.replace("REQUIRED", "").replace("...", "").strip()
    kind, _, choices = kind.partition(":{")
    return Option(names.split(","), kind, choices.rstrip("}").split(",") if choices else [], text)


def command(program, name):
    out = subprocess.run([program] + ([name] if name else []) + ["--help"], capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "1000"}).stdout
    parts = {}
    heading = "text"
    for line in out.splitlines():
        if line.startswith("Usage:"):
            continue
        if re.match(r"(Positionals|Options|Subcommands):$", line):
            heading = line[:-1]
        else:
            parts.setdefault(heading, []).append(line)
    return Command(name, " ".join(parts["text"]).strip(), [option(*e) for e in entries(parts.get("Positionals", []))], [option(*e) for e in entries(parts["Options"])], [tuple(e) for e in entries(parts.get("Subcommands", []))])


# ---------------------------------------------------------------- manual page

def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in ".'" else text


def synopsis(program, c):
    line = ".B %s" % roff((program + " " + c.name).strip())
    for p in c.positionals:
        line += "\n.I %s" % roff(p.names[0])
    return line + "\n[options]"


def page_options(options):
    out = []
    for o in options:
        out.append(".TP\n\\fB%s\\fR%s\n%s" % (roff(", ".join(o.names)), " \\fI%s\\fR" % roff("|".join(o.choices) or o.type) if o.type else "", roff(o.text)))
    return out


def man(program, commands, extra):
    top = commands[0]
    out = [".\\\" made from --help", '.TH %s 1' % program.upper(), ".SH NAME", "%s \\- %s" % (program, roff(top.text)), ".SH SYNOPSIS"]
    out.append("\n.br\n".join(synopsis(program, c) for c in commands))
    out += [".SH OPTIONS"] + page_options(top.positionals + top.options)
    if len(commands) > 1:
        out.append(".SH COMMANDS")
        for c in commands[1:]:
            out += [".SS %s %s" % (program, c.name), roff(c.text)] + page_options(c.positionals + [o for o in c.options if "--help" not in o.names])
    return "\n".join(out) + "\n" + extra


# ---------------------------------------------------------------- completions

def is_file(o):
    return o.type in ("FILE", "LIB.so") or (o.type == "TEXT" and o.names[0] in ("policy", "-o", "--dependency-file"))


def bash(program, commands):
    out = ["# made from --help", "_%s() {" % program, '    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= i', "    COMPREPLY=()"]
    names = [c.name for c in commands[1:]]
    if names:
        out += ["    for ((i = 1; i < COMP_CWORD; ++i)); do", "        case ${COMP_WORDS[i]} in", "        %s) command=${COMP_WORDS[i]}; break ;;" % "|".join(names), "        esac", "    done"]
    out.append('    case $command in')
    for c in commands:
        out.append('    %s)' % (c.name or '""'))
        out.append('        case $before in')
        for o in c.options:
            if o.choices:
                out.append('        %s) COMPREPLY=($(compgen -W "%s" -- "$word")); return ;;' % ("|".join(o.names), " ".join(o.choices)))
            elif is_file(o):
                out.append('        %s) COMPREPLY=($(compgen -f -- "$word")); return ;;' % "|".join(o.names))
            elif o.type:
                out.append("        %s) return ;;" % "|".join(o.names))
        out.append("        esac")
        words = " ".join(n for o in c.options for n in o.names)
        out.append('        if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "%s" -- "$word")); return; fi' % words)
        if not c.name and names:
            out.append('        COMPREPLY=($(compgen -W "%s" -- "$word"))' % " ".join(names))
        if any(is_file(p) for p in c.positionals):
            out.append('        COMPREPLY+=($(compgen -f -- "$word"))')
        out.append("        ;;")
    out += ["    esac", "}", "complete -o filenames -F _%s %s" % (program, program)]
    return "\n".join(out) + "\n"


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def zsh_options(c):
    out = []
    for o in c.options:
        value = ":%s:%s" % (o.type.lower(), "(%s)" % " ".join(o.choices) if o.choices else "_files" if is_file(o) else " ") if o.type else ""
        text = re.sub(r"([\[\]:])", r"\\\1", o.text)
        for n in o.names:
            out.append(quoted("%s[%s]%s" % (n, text, value)))
    return out


def zsh(program, commands):
    top = commands[0]
    files = lambda c: ["'*:file:_files'"] if any(is_file(p) for p in c.positionals) else []
    if len(commands) == 1:
        return "#compdef %s\n# made from --help\n_arguments %s\n" % (program, " ".join(zsh_options(top) + files(top)))
    out = ["#compdef %s" % program, "# made from --help", "_%s() {" % program, "    local context state line i", "    for ((i = 2; i < CURRENT; ++i)); do", "        case $words[i] in"]
    for c in commands[1:]:
        out.append("        %s) words=(\"${words[@]:$((i - 1))}\"); ((CURRENT -= i - 1)); _arguments %s; return ;;" % (c.name, " ".join(zsh_options(c) + files(c))))
    out += ["        esac", "    done", "    local -a commands=(%s)" % " ".join(quoted("%s:%s" % (c.name, c.text)) for c in commands[1:])]
    out += ["    _arguments %s '1: :{_describe command commands; _files}' '*:file:_files'" % " ".join(zsh_options(top)), "}", '_%s "$@"' % program]
    return "\n".join(out) + "\n"


def fish(program, commands):
    out = ["# made from --help"]
    names = " ".join(c.name for c in commands[1:])
    for c in commands:
        when = "-n %s " % quoted("__fish_seen_subcommand_from " + c.name if c.name else "not __fish_seen_subcommand_from " + names) if names else ""
        for o in c.options:
            spelled = " ".join(("-l " + n[2:] if n.startswith("--") else "-s " + n[1:]) for n in o.names)
            value = (" -x -a %s" % quoted(" ".join(o.choices)) if o.choices else " -r" if is_file(o) else " -x") if o.type else ""
            out.append("complete -c %s %s%s%s -d %s" % (program, when, spelled, value, quoted(o.text)))
        if c.name:
            out.append("complete -c %s -n %s -a %s -d %s" % (program, quoted("not __fish_seen_subcommand_from " + names), c.name, quoted(c.text)))
    return "\n".join(out) + "\n"


def main():
    path, folder = sys.argv[1:3]
    program = os.path.basename(path)
    extra = open(sys.argv[3]).read() if len(sys.argv) > 3 else ""
    top = command(path, "")
    commands = [top] + [command(path, name) for name, _ in top.commands]
    os.makedirs(folder, exist_ok=True)
    for name, text in (("%s.1" % program, man(program, commands, extra)), ("%s.bash" % program, bash(program, commands)), ("_%s" % program, zsh(program, commands)), ("%s.fish" % program, fish(program, commands))):
        with open(os.path.join(folder, name), "w") as f:
            f.write(text)


main()
