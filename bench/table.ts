// Medians of all runs as Markdown tables, and the ratios that matter.

import type { Step } from './peers/peer.ts'

export interface Outcome {
  readonly set: string
  readonly peer: string
  readonly version: string
  readonly step: string
  readonly measured?: Step
  readonly storedBytes?: number
}

const timedSteps = ['first backup', 'nothing changed', 'after changes', 'full restore', 'one file', 'check with data'] as const
const storedSteps = ['stored', 'stored after changes'] as const

export function printTables(outcomes: readonly Outcome[]): string {
  const sets = [...new Set(outcomes.map(({ set }) => set))]
  return sets
    .map((set) =>
      printSet(
        set,
        outcomes.filter((outcome) => outcome.set === set),
      ),
    )
    .join('\n\n')
}

function printSet(set: string, outcomes: readonly Outcome[]): string {
  const peers = [...new Set(outcomes.map(({ peer }) => peer))]
  const reference = peers.find((peer) => peer.startsWith('restic'))
  const of = (peer: string, step: string) => outcomes.filter((outcome) => outcome.peer === peer && outcome.step === step)
  const figure = (peer: string, step: string, read: (step: Step) => number) =>
    median(of(peer, step).flatMap(({ measured }) => (measured ? [read(measured)] : [])))
  const cell = (peer: string, step: string, read: (step: Step) => number, digits: number) => {
    const value = figure(peer, step, read)
    if (value === undefined) return '-'
    const other = reference && reference !== peer ? figure(reference, step, read) : undefined
    return value.toFixed(digits) + (other ? ` (${(value / other).toFixed(2)})` : '')
  }
  const row = (title: string, cells: readonly string[]) => `| ${title} | ${cells.join(' | ')} |`
  const stored = (peer: string, step: string) => {
    const value = median(of(peer, step).flatMap(({ storedBytes }) => (storedBytes === undefined ? [] : [storedBytes])))
    const other =
      reference && reference !== peer ? median(of(reference, step).flatMap(({ storedBytes }) => storedBytes ?? [])) : undefined
    return value === undefined ? '-' : (value / 2 ** 20).toFixed(0) + (other ? ` (${(value / other).toFixed(3)})` : '')
  }
  const cpu = (step: Step) => step.cpuS + step.server.cpuS + step.server.databaseCpuS
  const everyStep = (peer: string, read: (step: Step) => number) =>
    Math.max(
      ...outcomes.flatMap((outcome) => (outcome.peer === peer && outcome.measured ? [read(outcome.measured)] : [])),
    ).toFixed(0)
  return [
    `### ${set} set${reference ? ` (in brackets: ratio to ${reference})` : ''}`,
    '',
    row(
      '',
      peers.map((peer) => `${peer} ${outcomes.find((outcome) => outcome.peer === peer)!.version}`),
    ),
    row(
      '---',
      peers.map(() => '---:'),
    ),
    ...timedSteps.map((step) =>
      row(
        `${step}, s`,
        peers.map((peer) => cell(peer, step, ({ wallS }) => wallS, 2)),
      ),
    ),
    ...timedSteps.map((step) =>
      row(
        `${step}, CPU s, all sides`,
        peers.map((peer) => cell(peer, step, cpu, 2)),
      ),
    ),
    row(
      'first backup, CPU s: client / server / database',
      peers.map((peer) =>
        [
          figure(peer, 'first backup', ({ cpuS }) => cpuS),
          figure(peer, 'first backup', ({ server }) => server.cpuS),
          figure(peer, 'first backup', ({ server }) => server.databaseCpuS),
        ]
          .map((value) => value?.toFixed(1) ?? '-')
          .join(' / '),
      ),
    ),
    ...storedSteps.map((step) =>
      row(
        `${step}, MiB`,
        peers.map((peer) => stored(peer, step)),
      ),
    ),
    row(
      'peak memory of any step, MiB: client / server',
      peers.map((peer) => `${everyStep(peer, ({ peakMiB }) => peakMiB)} / ${everyStep(peer, ({ server }) => server.peakMiB)}`),
    ),
  ].join('\n')
}

function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)]
}
