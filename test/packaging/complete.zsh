# SPDX-License-Identifier: GPL-2.0-only
# usage: complete.zsh FOLDER PROGRAM WORD…: what zsh offers for the last word, a line each. Completion works only on a terminal, so a second zsh gets one.
zmodload zsh/zpty
folder=$1
shift
zpty shell zsh -f -i
zpty -w shell "PS1=; fpath=($folder \$fpath); autoload -U compinit; compinit -u -D; zstyle ':completion:*' list-separator '#'"
# Instead of a menu: every match by itself, then a mark.
zpty -w shell 'compadd() { local -a found; builtin compadd -O found "$@"; [[ "$*" == *"-O "* || "$*" == *"-A "* || "$*" == *"-D "* ]] || print -rl -- "" ${found/#/@}; builtin compadd "$@" }'
# Keys that come before the editor reads them are the terminal's: its Ctrl-U would take back what is to be completed. The echo of this line has no READY.
zpty -w shell 'zle-line-init() { print "REA""DY" }; zle -N zle-line-init'
while zpty -r shell line; do [[ $line == *READY* ]] && break; done
zpty -n -w shell "$*"$'\t'
zpty -w -n shell $'\x15'"print DONE"$'\n'
while zpty -r shell line && [[ $line != *DONE$'\r'* ]]; do
    [[ $line == @* ]] && print -r -- ${${line#@}%%$'\r'*}
done
exit 0
