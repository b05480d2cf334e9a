/** Where a step changes what the disk or the database holds, a crash point stands beside it; exceptions say why. */
import { describe, expect, test } from 'vitest'
import { crashPoints } from '../../server/storage-volumes/crash-points.ts'
import { readSourceFiles } from '../support/source-files.ts'
import { exceptions } from './points-exceptions.ts'

const files = readSourceFiles(['server'])

/** Steps as they are written here. `writeSynced`, `placeFile` and `removeDurably` are given their points by their types. */
const step =
  /(?<![\w.])(rename|renameSync|link|linkSync|unlink|unlinkSync|unlinkIfThere|rm|rmSync|rmdir|fsyncSync|syncFolder|replaceFileSync)\(|\.sync\(\)|\.datasync\(\)|\.transaction\(/
const declaration = /^\s*(export )?(async )?function |^import |^export \{/
/** A point belongs to the step when it stands within the next lines: a statement and its answer. */
const linesBeside = 8

/** Files that change storage: by the primitives of durable files, or by node's own. */
const isStorageCode = (code: string) =>
  /durable-file\.ts'|crash-points\.ts'|replace-file\.ts'/.test(code) || /from 'node:fs(\/promises)?'/.test(code)

interface Step {
  readonly path: string
  readonly text: string
  readonly hasPoint: boolean
}

function stepsOf(path: string, code: string): readonly Step[] {
  const lines = code.split('\n')
  return lines.flatMap((line, index) => {
    if (!step.test(line) || declaration.test(line)) return []
    const beside = lines.slice(index, closingLine(lines, index) + linesBeside)
    return [{ path, text: line.trim(), hasPoint: beside.some((other) => /reached\(/.test(other)) }]
  })
}

/** A transaction's COMMIT is at its end. */
function closingLine(lines: readonly string[], start: number): number {
  const indent = /^\s*/.exec(lines[start]!)![0].length
  for (let index = start + 1; index < lines.length; index += 1) {
    const line = lines[index]!
    if (line.trim() !== '' && /^\s*/.exec(line)![0].length <= indent) return index
  }
  return start
}

const steps = files.filter(({ code }) => isStorageCode(code)).flatMap(({ path, code }) => stepsOf(path, code))

describe('every step that changes storage', () => {
  test('is found by the scan', () => {
    expect(steps.length).toBeGreaterThan(40)
    expect(steps.filter(({ hasPoint }) => hasPoint).length).toBeGreaterThan(15)
  })

  test('has a point beside it, or a reason', () => {
    const without = steps.filter(({ hasPoint }) => !hasPoint)
    const counts = Object.fromEntries(without.map(({ path }) => [path, without.filter((other) => other.path === path).length]))
    const argued = Object.fromEntries(Object.entries(exceptions).map(([path, [count]]) => [path, count]))
    expect(counts, without.map(({ path, text }) => `${path}: ${text}`).join('\n')).toEqual(argued)
  })
})

describe('the list of points', () => {
  const all = files.map(({ path, code }) => (path.endsWith('crash-points.ts') ? '' : code)).join('\n')

  test.each(crashPoints)('%s is somewhere in the code', (point) => {
    const [noun, name] = point.split(':') as [string, string]
    const isWhole = all.includes(`'${point}'`)
    // Where a primitive names the step, the noun is put before it.
    const isComposed = new RegExp(`\`(${noun}|\\$\\{[\\w.]+\\}):\\$\\{`).test(all) && new RegExp(`'${name}'`).test(all)
    expect(isWhole || isComposed).toBe(true)
  })

  test('has none twice', () => {
    expect(new Set(crashPoints).size).toBe(crashPoints.length)
  })
})
