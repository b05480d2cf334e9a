import { parseArgs } from 'node:util'
import { type CommandOption, type Given, UsageError } from './command.ts'

export type ParsedOptions = { readonly given: Given; readonly isHelp: boolean; readonly isJson: boolean }

/** Every command takes these. */
const commonOptions = { help: { type: 'boolean', short: 'h' }, json: { type: 'boolean' } } as const

/** Checks words against a command's options; throws a UsageError. With `--help` nothing is required. */
export function parseOptions(options: readonly CommandOption[], words: readonly string[]): ParsedOptions {
  const { help, json, ...given } = parse(options, words)
  const isHelp = help === true
  for (const { name, value, isRequired } of options) {
    if (isRequired && !isHelp && given[name] === undefined) throw new UsageError(`--${name} ${value ?? ''} is missing`)
  }
  return { given, isHelp, isJson: json === true }
}

function parse(options: readonly CommandOption[], words: readonly string[]): Record<string, Given[string]> {
  const own = options.map(({ name, value, isRepeatable }) => [
    name,
    { type: value === undefined ? 'boolean' : 'string', multiple: isRepeatable === true } as const,
  ])
  try {
    const { values } = parseArgs({ args: [...words], options: { ...Object.fromEntries(own), ...commonOptions }, strict: true })
    return { ...values } as Record<string, Given[string]>
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(firstSentence(error.message))
    throw error
  }
}

function firstSentence(message: string): string {
  return message.split('. ')[0] ?? message
}
