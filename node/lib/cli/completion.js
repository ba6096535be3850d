// What shells complete, from the table of commands and options alone: no program runs while somebody types.
import { kCommands } from './command_table.js'
import { kOptions } from './options.js'

export const kShells = ['bash', 'zsh', 'fish']

/** @param {string} shell one of kShells */
export function completionFor(shell) {
  return shell === 'bash' ? bash() : shell === 'zsh' ? zsh() : fish()
}

const commands = Object.keys(kCommands)
const takesValue = (/** @type {string} */ name) => !['flag', 'when'].includes(kOptions[name].type)
const isFile = (/** @type {string} */ name) => ['FILE', 'SRC2'].includes(kOptions[name].value ?? '')
const optionWords = (/** @type {string} */ command) =>
  kCommands[command].options.flatMap(name => [
    `--${name}`,
    ...(kOptions[name].short ? [`-${kOptions[name].short}`] : []),
  ])
/** The words that an operand or a value can be; nothing where it is a file or free. */
const operandWords = (/** @type {string} */ command) =>
  command === 'help' ? commands : command === 'completion' ? kShells : []
/** The options that choose among words. @returns {[string, string[]][]} */
const choosing = () =>
  Object.entries(kOptions).flatMap(([name, { choices, type }]) =>
    choices ? [[name, choices]] : type === 'when' ? [[name, ['auto', 'always', 'never']]] : [],
  )
/** In single quotes, for every shell. */
const quoted = (/** @type {string} */ text) => `'${text.replaceAll("'", "'\\''")}'`

function bash() {
  const cases = commands.map(
    name => `    ${name}) words=${quoted([...optionWords(name), ...operandWords(name)].join(' '))} ;;`,
  )
  const values = choosing().map(([name, words]) => `    --${name}) words=${quoted(words.join(' '))} ;;`)
  const free = Object.keys(kOptions).filter(name => takesValue(name) && !kOptions[name].choices && !isFile(name))
  return `# bash completion of leafsum: leafsum completion bash
_leafsum() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command= word words=
  # "=" is a word of its own.
  if [[ $before == '=' ]]; then before=\${COMP_WORDS[COMP_CWORD - 2]}; elif [[ $current == '=' ]]; then current=; fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in ${commands.join('|')}) command=$word; break ;; esac
  done
  case $before in
${values.join('\n')}
    ${free.map(name => `--${name}`).join('|')}) return ;;
  esac
  if [[ -z $words ]]; then
    case $command in
    '') words=${quoted([...commands, '--help', '--version'].join(' '))} ;;
${cases.join('\n')}
    esac
    # Files and directories, unless an option has begun.
    [[ $command && $current != -* ]] && COMPREPLY=($(compgen -f -- "$current"))
  fi
  COMPREPLY+=($(compgen -W "$words" -- "$current"))
}
complete -o filenames -F _leafsum leafsum
`
}

function zsh() {
  const spec = (/** @type {string} */ name) => {
    const { short, help, choices, type, value } = kOptions[name]
    const text = help.replace(/[[\]:]/g, c => `\\${c}`)
    const ends = choices
      ? `:${value}:(${choices.join(' ')})`
      : type === 'when'
        ? '::when:(auto always never)'
        : takesValue(name)
          ? `:${(value ?? '').replace(/[:']/g, '')}:${isFile(name) ? '_files' : ''}`
          : ''
    const form = type === 'when' ? '=-' : takesValue(name) ? '=' : ''
    const many = type === 'repeat' ? '*' : ''
    return [
      quoted(`${many}--${name}${form}[${text}]${ends}`),
      ...(short ? [quoted(`-${short}${takesValue(name) ? '+' : ''}[${text}]${ends}`)] : []),
    ]
  }
  const cases = commands.map(name => {
    const words = operandWords(name)
    const operand = words.length ? `*:name:(${words.join(' ')})` : '*:file:_files'
    return `    ${name}) _arguments ${[...kCommands[name].options.flatMap(spec), quoted(operand)].join(' \\\n      ')} ;;`
  })
  return `#compdef leafsum
# zsh completion of leafsum: leafsum completion zsh
_leafsum() {
  local -a commands
  commands=(
${commands.map(name => `    ${quoted(`${name}:${kCommands[name].help.replaceAll(':', '\\:')}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = "_leafsum" ]; then _leafsum "$@"; else compdef _leafsum leafsum; fi
`
}

function fish() {
  const lines = ['# fish completion of leafsum: leafsum completion fish']
  const none = `not __fish_seen_subcommand_from ${commands.join(' ')}`
  for (const name of commands)
    lines.push(`complete -c leafsum -n ${quoted(none)} -f -a ${name} -d ${quoted(fishText(kCommands[name].help))}`)
  for (const name of commands) {
    const seen = quoted(`__fish_seen_subcommand_from ${name}`)
    if (operandWords(name).length)
      lines.push(`complete -c leafsum -n ${seen} -f -a ${quoted(operandWords(name).join(' '))}`)
    for (const option of kCommands[name].options) {
      const { short, help, choices, type } = kOptions[option]
      const words = choices ?? (type === 'when' ? ['auto', 'always', 'never'] : undefined)
      const value = takesValue(option) ? (isFile(option) ? ' -r -F' : ' -x') : ''
      lines.push(
        `complete -c leafsum -n ${seen} -l ${option}${short ? ` -s ${short}` : ''}${value}${words ? ` -a ${quoted(words.join(' '))}` : ''} -d ${quoted(fishText(help))}`,
      )
    }
  }
  return `${lines.join('\n')}\n`
}

const fishText = (/** @type {string} */ text) => text.replaceAll('\\', '\\\\')
