import { parseArgs } from 'node:util'
import { type CommandOption, type CommandWord, type Given, UsageError } from './command.ts'

export type ParsedOptions = { readonly given: Given; readonly isHelp: boolean; readonly isJson: boolean }

/** Every command takes these. */
const commonOptions = { help: { type: 'boolean', short: 'h' }, json: { type: 'boolean' } } as const

/** Checks words against a command's options; throws a UsageError. With `--help` nothing is required. */
export function parseOptions(
  options: readonly CommandOption[],
  words: readonly string[],
  places: readonly CommandWord[] = [],
): ParsedOptions {
  const { values, positionals } = parse(options, words, places.length > 0)
  const { help, json, ...named } = values
  const given = { ...named, ...Object.fromEntries(places.map(({ name }, index) => [name, positionals[index]])) }
  const isHelp = help === true
  for (const { name, value, isRequired } of options) {
    if (isRequired && !isHelp && given[name] === undefined) throw new UsageError(`--${name} ${value ?? ''} is missing`)
  }
  const missing = places.find(({ name }) => given[name] === undefined)
  if (missing !== undefined && !isHelp) throw new UsageError(`${missing.name} is missing`)
  if (positionals.length > places.length) throw new UsageError(`${positionals[places.length]} is one word too many`)
  return { given, isHelp, isJson: json === true }
}

type Parsed = { readonly values: Record<string, Given[string]>; readonly positionals: readonly string[] }

function parse(options: readonly CommandOption[], words: readonly string[], allowPositionals: boolean): Parsed {
  const own = options.map(({ name, value, isRepeatable }) => [
    name,
    { type: value === undefined ? 'boolean' : 'string', multiple: isRepeatable === true } as const,
  ])
  try {
    const known = { ...Object.fromEntries(own), ...commonOptions }
    const { values, positionals } = parseArgs({ args: [...words], options: known, allowPositionals, strict: true })
    return { values: { ...values } as Record<string, Given[string]>, positionals }
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(firstSentence(error.message))
    throw error
  }
}

function firstSentence(message: string): string {
  return message.split('. ')[0] ?? message
}
