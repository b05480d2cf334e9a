import { parseArgs } from 'node:util'
import { AgentError, usageError } from '../errors/agent-error.ts'
import type { Command, Given, OptionDefinitions } from './command.ts'

/** More words on a command line than this are a mistake, or an attack. */
const wordsMax = 10_000

export interface ParsedGiven {
  readonly given: Given<OptionDefinitions>
  readonly isJson: boolean
  readonly isHelp: boolean
}

/**
 * The words and options after a command's name. A repeated single option, an unknown one, a missing or superfluous word is an error:
 * a backup tool does not guess.
 * @throws AgentError HF-USAGE, HF-NOT-IN-THIS-VERSION
 */
export function parseGiven(command: Command, words: readonly string[]): ParsedGiven {
  const { values, positionals } = parse(command, words)
  const isHelp = values.help === true
  if (!isHelp) checkWords(command, positionals)
  const options: Record<string, unknown> = {}
  for (const [name, definition] of Object.entries(command.options)) {
    const given = values[name]
    if (definition.kind === 'later' && given !== undefined && !isHelp)
      throw new AgentError('HF-NOT-IN-THIS-VERSION', `--${name} of "${command.name}" is not in this version.`)
    options[name] =
      definition.kind === 'flag' ? given === true : definition.kind === 'values' ? (given ?? []) : single(name, given)
  }
  return { given: { options, words: positionals } as Given<OptionDefinitions>, isJson: values.json === true, isHelp }
}

type RawValue = string | boolean | readonly (string | boolean)[] | undefined

function parse(command: Command, words: readonly string[]): { values: Record<string, RawValue>; positionals: readonly string[] } {
  if (words.length > wordsMax) throw usageError(`More than ${wordsMax} words were given.`)
  const options = Object.fromEntries([
    ['json', { type: 'boolean' as const }],
    ['help', { type: 'boolean' as const, short: 'h' }],
    ...Object.entries(command.options).map(([name, definition]) => [
      name,
      // All are taken as lists, so that a second --job is seen and not silently the winner.
      takesValue(definition) ? { type: 'string' as const, multiple: true } : { type: 'boolean' as const },
    ]),
  ])
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true }) as ReturnType<typeof parse>
  } catch (cause) {
    // Node's sentence, without its advice to programmers.
    throw usageError((cause as Error).message.split('. ')[0]!.replace(/\.?$/, '.'), `See: holdfast-agent ${command.name} --help`)
  }
}

function takesValue(definition: Command['options'][string]): boolean {
  return definition.kind === 'value' || definition.kind === 'values' || (definition.kind === 'later' && definition.takesValue)
}

function single(name: string, given: RawValue): string | undefined {
  if (!Array.isArray(given)) return undefined
  if (given.length > 1) throw usageError(`--${name} was given ${given.length} times; it can be given once.`)
  return given[0] as string
}

function checkWords(command: Command, words: readonly string[]): void {
  const { min, max } = command.words
  const hint = `Usage: holdfast-agent ${command.name} ${command.usage}`
  if (words.length < min) throw usageError(`"${command.name}" needs more: ${command.usage}`, hint)
  if (words.length > max) throw usageError(`"${words[max]}" is one word too many for "${command.name}".`, hint)
}
