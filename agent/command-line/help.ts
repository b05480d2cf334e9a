import type { Command, OptionDefinition } from './command.ts'
import { commandSummaries } from './commands.ts'

const columnGap = 2

/** `holdfast-agent --help`: what there is. */
export function generalHelp(version: string): string {
  return [
    `holdfast-agent ${version}: backs up this computer to a Holdfast box, and gets files back.`,
    '',
    'Usage: holdfast-agent COMMAND [options]',
    '',
    ...columns(Object.entries(commandSummaries).map(([name, summary]) => [name, summary])),
    '',
    'Every command takes --help and --json. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 partly done.',
    'State folder: HOLDFAST_AGENT_HOME, else the usual one of this system.',
    '',
  ].join('\n')
}

/** `holdfast-agent COMMAND --help`. */
export function commandHelp(command: Command): string {
  const options = Object.entries(command.options).flatMap(([name, definition]) => optionRow(name, definition))
  const common: [string, string][] = [
    ['--json', 'answer for programs'],
    ['--help', 'this text'],
  ]
  return [
    `Usage: holdfast-agent ${command.name} ${command.usage}`.trimEnd(),
    '',
    command.about,
    '',
    'Options:',
    ...columns([...options, ...common]),
    ...(command.examples.length === 0 ? [] : ['', 'Examples:', ...command.examples.map((example) => `  ${example}`)]),
    '',
  ].join('\n')
}

function optionRow(name: string, definition: OptionDefinition): [string, string][] {
  switch (definition.kind) {
    case 'flag':
      return [[`--${name}`, definition.about]]
    case 'value':
      return [[`--${name} ${definition.value}`, definition.about]]
    case 'values':
      return [[`--${name} ${definition.value}`, `${definition.about} (may be repeated)`]]
    case 'later':
      return []
    default:
      return definition satisfies never
  }
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length)) + columnGap
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`)
}
