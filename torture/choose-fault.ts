/** Which history, which fault, and where it strikes: all out of the seed. */
import type { SeededRandom } from '../bench/data/random.ts'
import type { CrashPoint } from '../server/storage-volumes/crash-points.ts'
import { type Fault, victims } from './faults.ts'
import { backupHistory } from './histories.ts'
import type { History } from './history.ts'
import type { SmallDisk } from './small-disk.ts'
import type { FaultKind } from './tally.ts'

/** Which points each history passes, and how often: found out by running it once, unharmed. */
export interface Route {
  readonly history: History
  readonly points: ReadonlyMap<CrashPoint, number>
}

/** How often a kind comes, out of their sum. */
const shares: Readonly<Record<FaultKind, number>> = {
  'kill-at-point': 10,
  'kill-twice': 2,
  'kill-at-moment': 4,
  cut: 2,
  'full-disk': 2,
}
const momentMaxMs = 600
/** A backup sends up to half a MiB, some of its lines a few hundred bytes: as many cuts fall within each power of two between. */
const cutBits = { least: 8, most: 19 }
const maxCuts = 6

export interface Chosen {
  readonly route: Route
  readonly fault: Fault
}

export function chooseFault(choice: {
  readonly random: SeededRandom
  readonly routes: readonly Route[]
  readonly only: readonly CrashPoint[] | undefined
  readonly kinds: readonly FaultKind[]
  readonly disk: SmallDisk
}): Chosen {
  const { random, routes, only, kinds, disk } = choice
  const passing = routes.filter(({ points }) => [...points.keys()].some((point) => only?.includes(point) ?? true))
  if (passing.length === 0) throw new Error('no history passes any of these points')
  const others = passing.filter(({ history }) => history !== backupHistory)
  const isBackup = others.length === 0 || (random.below(2) === 0 && others.length < passing.length)
  const weighted = others.flatMap((route) => (route.history.isSlow ? [route] : [route, route]))
  const route = isBackup ? passing.find(({ history }) => history === backupHistory)! : random.pick(weighted)
  const points = [...route.points.keys()].filter((point) => only?.includes(point) ?? true)
  const point = random.pick(points)
  const nth = 1 + random.below(route.points.get(point)!)
  // Only backups have an agent to kill, and a line to cut.
  const victim = random.pick(isBackup ? victims : victims.filter((name) => name !== 'agent'))
  const weighed = only === undefined ? pickKind(random, kinds) : 'kill-at-point'
  const kind = weighed === 'cut' && !isBackup ? 'kill-at-point' : weighed
  const fault = ((): Fault => {
    switch (kind) {
      case 'kill-at-point':
        return { kind, victim: random.below(2) === 0 ? 'box' : victim, point, nth }
      case 'kill-twice':
        return { kind, point, nth, second: random.pick(points) }
      case 'kill-at-moment':
        return { kind, victim, afterMs: random.below(momentMaxMs) }
      case 'cut':
        return { kind, afterBytes: Array.from({ length: 1 + random.below(maxCuts) }, () => cutAfter(random)) }
      case 'full-disk':
        return disk.isThere() ? { kind, point, nth, ...disk } : { kind: 'kill-at-point', victim: 'box', point, nth }
      default:
        return kind satisfies never
    }
  })()
  return { route, fault }
}

function cutAfter(random: SeededRandom): number {
  return 1 + random.below(2 ** (cutBits.least + random.below(cutBits.most - cutBits.least + 1)))
}

function pickKind(random: SeededRandom, kinds: readonly FaultKind[]): FaultKind {
  const sum = kinds.reduce((total, kind) => total + shares[kind], 0)
  let left = random.below(sum)
  for (const kind of kinds) {
    left -= shares[kind]
    if (left < 0) return kind
  }
  throw new Error('the shares do not add up')
}

export function faultWords(fault: Fault): string {
  switch (fault.kind) {
    case 'kill-at-point':
      return `kill -9 of the ${fault.victim} at ${fault.point} (${fault.nth})`
    case 'kill-twice':
      return `kill -9 of the box at ${fault.point} (${fault.nth}), then at ${fault.second}`
    case 'kill-at-moment':
      return `kill -9 of the ${fault.victim} after ${fault.afterMs} ms`
    case 'cut':
      return `the line cut after ${fault.afterBytes.join(', ')} bytes`
    case 'full-disk':
      return `the disk full at ${fault.point} (${fault.nth})`
    default:
      return fault satisfies never
  }
}
