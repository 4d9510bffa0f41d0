// `syncline completion SHELL`: what makes a shell complete commands and options. Made from the commands themselves.
import type { Command } from 'commander'
import { EXIT } from './exit-status.ts'
import type { Streams } from './output.ts'

export type Shell = 'bash' | 'zsh' | 'fish'

/** One command: the words that name it, and what may follow them. */
interface Place {
  /** `folder add`; '' for the program itself. */
  readonly words: string
  readonly commands: readonly { readonly name: string; readonly about: string }[]
  readonly options: readonly { readonly name: string; readonly about: string }[]
}

export function completionCommand(shell: Shell, program: Command, { out }: Streams): number {
  const places = placesOf(program, [])
  out.write({ bash: bashScript, zsh: zshScript, fish: fishScript }[shell](places))
  return EXIT.equal
}

function placesOf(command: Command, words: readonly string[]): readonly Place[] {
  const help = command.createHelp()
  const commands = help.visibleCommands(command).map(each => ({ name: each.name(), about: each.description() }))
  const options = help
    .visibleOptions(command)
    .flatMap(({ long, description }) => (long == null ? [] : [{ name: long, about: description }]))
  const below = command.commands.flatMap(each => placesOf(each, [...words, each.name()]))
  return [{ words: words.join(' '), commands, options }, ...below]
}

const namesOf = (named: Place['commands']) => named.map(({ name }) => name).join(' ')

/** Finds the longest words that name a command, as `folder add` in `syncline folder --json add x`. */
function bashScript(places: readonly Place[]): string {
  const known = places.filter(({ words }) => words !== '').map(({ words }) => `'${words}'`)
  return `# Completion of syncline in bash. In ~/.bashrc: source <(syncline completion bash)
_syncline() {
  local current="\${COMP_WORDS[COMP_CWORD]}" at="" word try
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    try="\${at:+$at }$word"
    case "$try" in
      ${known.join('|')}) at="$try" ;;
    esac
  done
  local commands="" options=""
  case "$at" in
${places.map(({ words, commands, options }) => `    '${words}') commands='${namesOf(commands)}'; options='${namesOf(options)}' ;;`).join('\n')}
  esac
  if [[ "$current" == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  else
    COMPREPLY=($(compgen -W "$commands" -- "$current"))
  fi
}
complete -o default -o bashdefault -F _syncline syncline
`
}

function zshScript(places: readonly Place[]): string {
  const described = (all: Place['commands']) =>
    all.map(({ name, about }) => `'${`${name}:${about}`.replaceAll("'", "'\\''")}'`).join(' ')
  return `#compdef syncline
# Completion of syncline in zsh. In ~/.zshrc, after compinit: source <(syncline completion zsh)
_syncline() {
  local at="" word try
  local -a names options
  for word in "\${(@)words[2,CURRENT-1]}"; do
    try="\${at:+$at }$word"
    case "$try" in
      ${places.flatMap(({ words }) => (words === '' ? [] : [`'${words}'`])).join('|')}) at="$try" ;;
    esac
  done
  case "$at" in
${places.map(({ words, commands, options }) => `    '${words}') names=(${described(commands)}); options=(${described(options)}) ;;`).join('\n')}
  esac
  (( \${#names} )) && _describe -t commands command names
  _describe -t options option options
  (( \${#names} )) || _files
}
compdef _syncline syncline
`
}

function fishScript(places: readonly Place[]): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const known = places.flatMap(({ words }) => (words === '' ? [] : [quoted(words)]))
  const lines = places.flatMap(({ words, commands, options }) => [
    ...commands.map(
      ({ name, about }) =>
        `complete -c syncline -f -n ${quoted(`__syncline_at ${quoted(words)}`)} -a ${quoted(name)} -d ${quoted(about)}`,
    ),
    ...options.map(
      ({ name, about }) =>
        `complete -c syncline -n ${quoted(`__syncline_at ${quoted(words)}`)} -l ${quoted(name.slice(2))} -d ${quoted(about)}`,
    ),
  ])
  return `# Completion of syncline in fish. In ~/.config/fish/config.fish: syncline completion fish | source
function __syncline_at
  set -l at ''
  for word in (commandline -opc)[2..-1]
    set -l try (string trim -- "$at $word")
    contains -- "$try" ${known.join(' ')}; and set at $try
  end
  test "$at" = "$argv[1]"
end
${lines.join('\n')}
`
}
