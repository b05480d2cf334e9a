import { describe, expect, test } from 'vitest'
import { defineCommand } from '../../../agent/command-line/command.ts'
import { commandSummaries, laterCommands, loadCommand } from '../../../agent/command-line/commands.ts'
import { exitCodes } from '../../../agent/command-line/exit-code.ts'
import { commandHelp, generalHelp } from '../../../agent/command-line/help.ts'
import { parseGiven } from '../../../agent/command-line/parse-given.ts'
import { AgentError } from '../../../agent/errors/agent-error.ts'

const sample = defineCommand({
  name: 'sample',
  usage: 'PATH… [options]',
  about: 'A sample.',
  options: {
    job: { kind: 'value', value: 'J', about: 'of this job' },
    exclude: { kind: 'values', value: 'GLOB', about: 'leave out' },
    verify: { kind: 'flag', about: 'compare' },
    target: { kind: 'later', takesValue: true },
    now: { kind: 'later', takesValue: false },
  },
  answers: 'object',
  words: { min: 1, max: 2 },
  examples: ['holdfast-agent sample /home'],
  run: async () => exitCodes.ok,
})

const nothing = { job: undefined, exclude: [], verify: false, target: undefined, now: undefined }

describe('what is understood', () => {
  test.each([
    { words: ['/a'], options: nothing, rest: ['/a'] },
    { words: ['/a', '--job', 'x', '/b'], options: { ...nothing, job: 'x' }, rest: ['/a', '/b'] },
    { words: ['--job=x=y', '/a'], options: { ...nothing, job: 'x=y' }, rest: ['/a'] },
    { words: ['--exclude', '*.a', '/a', '--exclude=*.b'], options: { ...nothing, exclude: ['*.a', '*.b'] }, rest: ['/a'] },
    { words: ['--verify', '--', '--job'], options: { ...nothing, verify: true }, rest: ['--job'] },
    { words: ['--job', '', '/a'], options: { ...nothing, job: '' }, rest: ['/a'] },
  ])('$words', ({ words, options, rest }) => {
    expect(parseGiven(sample, words)).toEqual({ given: { options, words: rest }, isJson: false, isHelp: false })
  })

  test.each([['--help'], ['-h'], ['--help', '--target', 'x'], ['a', 'b', 'c', '--help']])('help: %j %j', (...words) => {
    expect(parseGiven(sample, words)).toMatchObject({ isHelp: true })
  })

  test('--json', () => {
    expect(parseGiven(sample, ['/a', '--json'])).toMatchObject({ isJson: true, isHelp: false })
  })
})

describe('what is not', () => {
  test.each([
    { words: [], code: 'HF-USAGE', says: 'needs more: PATH…' },
    { words: ['a', 'b', 'c'], code: 'HF-USAGE', says: '"c" is one word too many' },
    { words: ['a', '--nonsense'], code: 'HF-USAGE', says: "'--nonsense'" },
    { words: ['a', '--nonsense=1'], code: 'HF-USAGE', says: "'--nonsense'" },
    { words: ['a', '-x'], code: 'HF-USAGE', says: "'-x'" },
    { words: ['a', '--job'], code: 'HF-USAGE', says: "'--job <value>' argument missing" },
    { words: ['a', '--job', '--verify'], code: 'HF-USAGE', says: 'ambiguous' },
    { words: ['a', '--job', 'x', '--job', 'y'], code: 'HF-USAGE', says: '--job was given 2 times' },
    { words: ['a', '--verify=yes'], code: 'HF-USAGE', says: 'does not take an argument' },
    { words: ['a', '--target', 'x'], code: 'HF-NOT-IN-THIS-VERSION', says: '--target of "sample"' },
    { words: ['a', '--now'], code: 'HF-NOT-IN-THIS-VERSION', says: '--now of "sample"' },
    { words: Array.from({ length: 20_000 }, () => 'a'), code: 'HF-USAGE', says: 'More than' },
  ])('$says', ({ words, code, says }) => {
    const error = failureOf(() => parseGiven(sample, words))
    expect(error.code).toBe(code)
    expect(error.message).toContain(says)
  })
})

describe('help', () => {
  test('of a command names every option but those of later versions', () => {
    expect(commandHelp(sample)).toBe(`Usage: holdfast-agent sample PATH… [options]

A sample.

Options:
  --job J         of this job
  --exclude GLOB  leave out (may be repeated)
  --verify        compare
  --json          answer for programs
  --help          this text

Examples:
  holdfast-agent sample /home
`)
  })

  test('of the program names every command but those of later versions', () => {
    const help = generalHelp('1.2.3')
    for (const name of Object.keys(commandSummaries)) expect(help).toMatch(new RegExp(`^  ${name} +\\w`, 'm'))
    for (const name of laterCommands) expect(help).not.toMatch(new RegExp(`^  ${name}\\b`, 'm'))
  })

  test('every command is loaded under its name and tells about itself in lines that fit', async () => {
    for (const name of Object.keys(commandSummaries) as (keyof typeof commandSummaries)[]) {
      const command = await loadCommand(name)
      expect(command.name).toBe(name)
      expect(command.examples.length, name).toBeGreaterThan(0)
      for (const line of commandHelp(command).split('\n')) expect(line.length, line).toBeLessThanOrEqual(130)
    }
  })
})

function failureOf(work: () => unknown): AgentError {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(AgentError)
    return error as AgentError
  }
  return expect.fail('nothing was refused')
}
