import type { CommandOption, CommandWord } from './command.ts'
import { commandList, type ListedCommand } from './command-list.ts'

export function overviewHelp(): string {
  const width = Math.max(...commandList.map(({ name }) => name.length)) + 2
  return [
    'Holdfast, the backup box.',
    '',
    'Usage: holdfast COMMAND [OPTION…]',
    '',
    ...commandList.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`),
    '',
    'Every command takes --json (one object for programs) and --help.',
    'Exit codes: 0 done, 1 failed, 2 called wrongly, 3 done in part.',
    'Settings: docs/operator/settings.md.',
  ].join('\n')
}

export function commandHelp(
  listed: ListedCommand,
  options: readonly CommandOption[],
  about?: string,
  places: readonly CommandWord[] = [],
): string {
  const named = options.map((option) => (option.isRequired ? words(option) : `[${words(option)}]`))
  const usage = [...places.map(({ name }) => name), ...named].join(' ')
  const rows = [
    ...places.map(({ name, about }) => [name, about] as const),
    ...options.map((option) => [words(option), option.about] as const),
  ]
  const width = Math.max(0, ...rows.map(([name]) => name.length)) + 2
  return [
    `${listed.summary}.`,
    '',
    `Usage: holdfast ${listed.name} ${usage}`.trimEnd(),
    ...(rows.length === 0 ? [] : ['', ...rows.map(([name, text]) => `  ${name.padEnd(width)}${text}`)]),
    ...(about === undefined ? [] : ['', about]),
  ].join('\n')
}

function words({ name, value, isRepeatable }: CommandOption): string {
  return `--${name}${value === undefined ? '' : ` ${value}`}${isRepeatable ? '…' : ''}`
}
