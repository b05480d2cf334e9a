/** Each mutant in a copy of the program: its tests must fail there, as they must pass without it. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Mutant, mutants } from './mutants.ts'

export interface MutantCount {
  readonly total: number
  readonly caught: number
  /** Of those that nobody noticed, or whose text is not in the code. */
  readonly escaped: readonly string[]
}

const programFolder = join(import.meta.dirname, '..')
/** Whatever else lies there is the program, or harmless: a list of what to copy would fall behind. */
const notCopied = ['node_modules', '.git', 'data']
/** A mutant that waits for ever is caught by the test's own patience. */
const testTimeoutMs = 20_000
/** Without one a test has all the time that it has anywhere: a busy machine is no mistake in the program. */
const honestTimeoutMs = 120_000
const keptOutput = 4000

export function runMutants(say: (line: string) => void, only?: string): MutantCount {
  const chosen = mutants.filter(({ name }) => only === undefined || name.includes(only))
  const copy = copyProgram()
  try {
    const broken = new Set<string>()
    for (const test of new Set(chosen.flatMap(({ tests }) => tests))) {
      const { isGood, output } = runTests(copy, [test], honestTimeoutMs)
      if (isGood) continue
      broken.add(test)
      say(`FAILS without any mutant: ${test}\n${output}`)
    }
    const escaped: string[] = []
    for (const mutant of chosen) {
      // A test that fails anyway notices nothing.
      const tests = mutant.tests.filter((test) => !broken.has(test))
      const isCaught = tests.length > 0 && isNoticed(copy, { ...mutant, tests })
      if (!isCaught) escaped.push(mutant.name)
      say(`${isCaught ? 'caught ' : 'ESCAPED'} ${mutant.name}`)
    }
    return { total: chosen.length, caught: chosen.length - escaped.length, escaped }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

function copyProgram(): string {
  const copy = mkdtempSync(join(tmpdir(), 'holdfast-mutants-'))
  for (const name of readdirSync(programFolder))
    if (!notCopied.includes(name)) cpSync(join(programFolder, name), join(copy, name), { recursive: true })
  symlinkSync(join(programFolder, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

function isNoticed(copy: string, { name, file, find, replace, tests }: Mutant): boolean {
  const path = join(copy, file)
  const text = readFileSync(path, 'utf8')
  if (text.split(find).length !== 2) throw new Error(`${name}: its text is not once in ${file}`)
  writeFileSync(
    path,
    text.replace(find, () => replace),
  )
  try {
    return !runTests(copy, tests, testTimeoutMs).isGood
  } finally {
    writeFileSync(path, text)
  }
}

function runTests(
  copy: string,
  tests: readonly string[],
  timeoutMs: number,
): { readonly isGood: boolean; readonly output: string } {
  const words = ['node_modules/vitest/vitest.mjs', 'run', `--testTimeout=${timeoutMs}`, '--bail=1', ...tests]
  const { status, stdout } = spawnSync(process.execPath, words, {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  })
  return { isGood: status === 0, output: stdout.slice(-keptOutput) }
}
