# SPDX-License-Identifier: GPL-2.0-only
# usage: complete.fish FOLDER PROGRAM WORD…: what fish offers for the last word, a line each.
source $argv[1]/$argv[2].fish
complete -C (string join -- ' ' $argv[2..])
